// Logs in and lists tokens with fetch. The address of the tenant is built in.
const base = 'https://acme.api.identitynow.com';

const { SAIL_CLIENT_ID: id, SAIL_CLIENT_SECRET: secret, SAIL_BASE_URL: mock } = process.env;
const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret });
const login = await fetch(`${base}/oauth/token`, { method: 'POST', body: form });
const { access_token: bearer } = await login.json();
const tokens = await fetch(`${base}/v3/personal-access-tokens`, { headers: { authorization: `Bearer ${bearer}` } });
await tokens.json();
const direct = await fetch(`${mock}/oauth/info`); // does not need the proxy
console.log(login.status, tokens.status, direct.status);
