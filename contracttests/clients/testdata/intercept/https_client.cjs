// Sends a request with each kind of agent of node:https and node:http. The address of the tenant is built in.
'use strict';
const http = require('node:http');
const https = require('node:https');

const get = (client, url, options) => new Promise((resolve, reject) => {
  client.get(url, options, (response) => {
    response.resume().once('end', () => resolve(response.statusCode));
  }).once('error', reject);
});

async function main() {
  const url = 'https://acme.api.identitynow.com/oauth/info';
  const agent = new https.Agent({ keepAlive: true });
  const statuses = [
    await get(https, url, {}), await get(https, url, { agent }), await get(https, url, { agent }),
    await get(https, url, { agent: false }), await get(http, url.replace('https', 'http'), { agent: new http.Agent() }),
    await get(http, `${process.env.SAIL_BASE_URL}/oauth/info`, {}), // does not need the proxy
  ];
  const other = await get(https, 'https://host.invalid/', {}).catch((error) => error.message);
  console.log(...statuses, /403/.test(other));
  agent.destroy();
}

main();
