import { createRequire } from 'node:module'

// The SDK is built for Node.js: it logs in with the FormData of the package form-data. In a DOM environment,
// axios sends requests by XMLHttpRequest, which does not support that class and would send the text
// "[object FormData]". This interceptor converts the form to bytes. The require loads the same axios as the SDK.
const axios = createRequire(import.meta.url)('axios')

if (typeof document !== 'undefined') {
  axios.interceptors.request.use((request) => {
    if (typeof request.data?.getBuffer === 'function') {
      request.headers.set(request.data.getHeaders())
      request.data = new Uint8Array(request.data.getBuffer())
    }
    return request
  })
}
