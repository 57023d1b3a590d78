// Runs every step in each version of the SDK, and writes the outcomes as JSON lines to standard output.
import { readFileSync } from 'node:fs'
import { Limit, Run } from './run.js'
import { createAllFields, createMinimal, createNeverExpiring } from './steps/create.js'
import { deleteAgain, deleteOne } from './steps/delete.js'
import { listAll, listFiltered, listMe } from './steps/list.js'
import { environment, namespace, token, trailingSlash, unauthorized } from './steps/login.js'
import { patchAcknowledgement, patchDate, patchName, patchScope, renameTaken } from './steps/patch.js'
import { forbidden, notFound, rateLimited } from './steps/errors.js'
import { Tenant } from './tenant.js'
import { versions } from './versions.js'

/** @type {Record<string, (run: Run) => Promise<Limit | void>>} */
const steps = {
  token,
  'create-minimal': createMinimal,
  'create-all-fields': createAllFields,
  'create-never-expiring': createNeverExpiring,
  'list-me': listMe,
  'list-all': listAll,
  'list-filtered': listFiltered,
  'patch-name': patchName,
  'patch-scope': patchScope,
  'patch-date': patchDate,
  'patch-acknowledgement': patchAcknowledgement,
  'rename-taken': renameTaken,
  delete: deleteOne,
  'delete-again': deleteAgain,
  unauthorized,
  forbidden,
  'not-found': notFound,
  'rate-limited': rateLimited,
  namespace,
  'trailing-slash': trailingSlash,
  environment,
}

const url = process.env.PATMOCK_URL
if (!url) throw new Error('PATMOCK_URL must be the URL of a running mock')
console.log = console.error // the SDK logs, and standard output is for results
process.on('unhandledRejection', console.error) // a rejected login that no call awaits would end the run

const sdk = JSON.parse(readFileSync(new URL('node_modules/sailpoint-api-client/package.json', import.meta.url), 'utf8')).version
const root = new Tenant(url)
for (const version of versions) {
  const tenant = new Tenant(`${url}/t/typescript-${version.name}`)
  for (const [step, take] of Object.entries(steps)) {
    await tenant.control('POST', '/reset')
    const result = await outcome(take(new Run(version, tenant, root)))
    process.stdout.write(JSON.stringify({ client: 'typescript', sdk, version: version.name, step, ...result }) + '\n')
  }
}

/**
 * @param {Promise<Limit | void>} step
 * @returns {Promise<{ outcome: 'pass' | 'limit' | 'fail', detail: string }>}
 */
async function outcome(step) {
  try {
    const limit = await step
    return limit ? { outcome: 'limit', detail: limit.detail } : { outcome: 'pass', detail: '' }
  } catch (error) {
    return { outcome: 'fail', detail: format(error) }
  }
}

/**
 * Formats an error, with the response if there is one.
 * @param {any} error
 */
function format(error) {
  const response = error.response ? `: ${error.response.status} ${JSON.stringify(error.response.data)}` : ''
  return `${error.message ?? error}${response}`
}
