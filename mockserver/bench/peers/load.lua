-- Sends requests as configured by environment variables, with the same headers to every server. Prints the results as
-- one line of JSON.
local creates = os.getenv("BENCH_OPERATION") == "create"
local prefix = os.getenv("BENCH_PREFIX")
local created = 0

wrk.headers["Authorization"] = os.getenv("BENCH_AUTHORIZATION")
wrk.headers["Accept"] = "application/json"
wrk.headers["User-Agent"] = "SailPoint-SDK-Go/2.7.106 (linux; amd64) Go/1.26.8 (openapi-generator/7.12.0)"

if creates then
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  -- wrk runs one thread, so the counter makes names unique.
  request = function()
    created = created + 1
    return wrk.format(nil, nil, nil, '{"name":"' .. prefix .. created .. '","scope":["sp:scopes:all"],"userAwareTokenNeverExpires":true}')
  end
end

done = function(summary, latency)
  local failed = summary.errors
  print(string.format('{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"errors":%d}', summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), failed.connect + failed.read + failed.write + failed.status + failed.timeout))
end
