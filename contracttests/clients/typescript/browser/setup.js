import { createRequire } from 'node:module'

// The SDK is made for Node.js: it logs in with the FormData of the package form-data. Where there is a
// document, axios sends requests by XMLHttpRequest, which knows that form by its name alone and would send
// the text "[object FormData]". So it gets the bytes. This is the SDK's axios, which it loads by require.
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
