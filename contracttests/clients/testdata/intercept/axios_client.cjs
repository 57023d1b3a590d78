// Logs in and lists tokens with axios. The address of the tenant is built in. The working directory has axios.
'use strict';
const axios = require('node:module').createRequire(`${process.cwd()}/`)('axios');

const base = 'https://acme.api.identitynow.com';

async function main() {
  const { SAIL_CLIENT_ID: id, SAIL_CLIENT_SECRET: secret, SAIL_BASE_URL: mock } = process.env;
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret });
  const login = await axios.post(`${base}/oauth/token`, form);
  const headers = { authorization: `Bearer ${login.data.access_token}` };
  const tokens = await axios.get(`${base}/v3/personal-access-tokens`, { headers });
  const direct = await axios.get(`${mock}/oauth/info`); // does not need the proxy
  console.log(login.status, tokens.status, direct.status);
}

main();
