// Written by patmock exec --intercept for NODE_OPTIONS. Node before 24 ignores HTTPS_PROXY. This
// script makes the default fetch, and agents of http and https, send requests through it.
'use strict';

const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const tls = require('node:tls');

const timeout = 10_000; // milliseconds
const address = /^http:\/\/(127\.0\.0\.1):(\d+)\/?$/.exec(process.env.HTTPS_PROXY ?? '');
if (address) install({ hostname: address[1], port: address[2] }); // not another proxy of the program

function install(proxy) {
  const direct = new Set((process.env.NO_PROXY ?? '').toLowerCase().split(','));
  const isDirect = (host) => direct.has(String(host ?? 'localhost').toLowerCase().replace(/^\[|\]$/g, ''));

  // tunnel calls back with an error, or with a socket to a host through the proxy.
  const tunnel = (host, port, callback) => {
    const authority = `${net.isIPv6(host) ? `[${host}]` : host}:${port}`;
    const request = http.request({
      method: 'CONNECT', path: authority, host: proxy.hostname, port: proxy.port, headers: { host: authority },
      createConnection: () => net.connect(Number(proxy.port), proxy.hostname), timeout,
    });
    const reject = (response) => callback(new Error(`the proxy of patmock exec --intercept responded with ${response.statusCode} for ${authority}`));
    request.once('connect', (response, socket, head) => {
      socket.setTimeout(0);
      socket.removeAllListeners('timeout');
      if (head.length > 0) socket.unshift(head);
      if (response.statusCode === 200) return callback(null, socket);
      socket.destroy();
      reject(response);
    });
    request.once('response', (response) => { response.destroy(); reject(response); });
    request.once('timeout', () => request.destroy(new Error(`no connection to ${authority} through the proxy`)));
    request.once('error', callback);
    request.end();
  };

  const patch = (Agent, secure) => {
    const original = Agent.prototype.createConnection;
    Agent.prototype.createConnection = function createConnection(...args) {
      const [options, callback] = args;
      if (typeof callback !== 'function' || typeof options !== 'object' || options.socketPath || options.socket ||
        this.options?.proxyEnv || isDirect(options.host)) {
        return original.apply(this, args);
      }
      tunnel(options.host, options.port, (error, socket) => {
        if (error) return callback(error);
        callback(null, secure ? original.call(this, { ...options, socket }) : socket);
      });
    };
  };
  patch(http.Agent, false);
  patch(https.Agent, true);

  // The connector of undici, which implements fetch.
  const connect = ({ hostname, protocol, port, servername }, callback) => {
    const secure = protocol === 'https:';
    const target = Number(port) || (secure ? 443 : 80);
    const connected = (error, raw) => {
      if (error) return callback(error);
      const host = hostname.replace(/^\[|\]$/g, '');
      const options = raw ? { socket: raw } : { host, port: target };
      const socket = secure
        ? tls.connect({ ...options, servername: servername || (net.isIP(host) ? '' : host), ALPNProtocols: ['http/1.1'] })
        : raw ?? net.connect(options);
      if (!secure && raw) return callback(null, socket);
      const timer = setTimeout(() => socket.destroy(new Error(`no connection to ${host}:${target}`)), timeout);
      const failed = (cause) => { clearTimeout(timer); callback(cause); };
      socket.once('error', failed);
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer);
        socket.removeListener('error', failed);
        callback(null, socket);
      });
    };
    if (isDirect(hostname)) return connected(null);
    tunnel(hostname.replace(/^\[|\]$/g, ''), target, connected);
  };

  const fetch = globalThis.fetch;
  if (typeof fetch !== 'function') return;
  // Loading undici takes time, so that it waits for the first fetch.
  const first = function (...args) {
    globalThis.fetch === first && (globalThis.fetch = fetch);
    const key = Symbol.for('undici.globalDispatcher.1');
    void globalThis.Response; // loads undici, which sets its dispatcher
    const dispatcher = globalThis[key];
    if (dispatcher?.constructor.name === 'Agent' && !dispatcher.patmock) {
      globalThis[key] = new dispatcher.constructor({ connect });
      globalThis[key].patmock = true;
    }
    return fetch.apply(this, args);
  };
  Object.defineProperty(first, 'name', { value: 'fetch' });
  globalThis.fetch = first;
}
