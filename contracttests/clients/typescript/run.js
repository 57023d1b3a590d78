import { Configuration } from 'sailpoint-api-client'

/** @typedef {import('./tenant.js').Tenant} Tenant */
/** @typedef {import('./tenant.js').Credentials} Credentials */
/** @typedef {import('./versions.js').Version} Version */

/** What an SDK cannot do, which a step returns when it has seen how that fails. */
export class Limit {
  /** @param {string} detail */
  constructor(detail) {
    this.detail = detail
  }
}

/** What it means when a step does not see what makes it return a limit. */
export const lifted = '(the SDK does this now: the limit has to go)'

/** The environment that the driver was started with. */
const started = { ...process.env }

/** The surroundings of a step: a version of the SDK, and a tenant that has just been reset. */
export class Run {
  /**
   * @param {Version} version
   * @param {Tenant} tenant
   * @param {Tenant} root the default tenant of the same mock
   */
  constructor(version, tenant, root) {
    this.version = version
    this.tenant = tenant
    this.root = root
    this.path = `/${version.name}/personal-access-tokens`
  }

  /**
   * A client of the SDK that finds a user in the environment, as its documentation says.
   * @param {string | Credentials} user its name, or what it logs in with
   * @param {string} [baseUrl]
   */
  async as(user, baseUrl = this.tenant.url) {
    const { clientId, clientSecret } = typeof user === 'string' ? await this.tenant.credentials(user) : user
    return this.environment({ SAIL_BASE_URL: baseUrl, SAIL_CLIENT_ID: clientId, SAIL_CLIENT_SECRET: clientSecret })
  }

  /**
   * A client of the SDK that finds in the environment what the driver was started with, but for some variables.
   * @param {Record<string, string>} [variables]
   */
  environment(variables = {}) {
    Object.assign(process.env, started, variables)
    return this.version.connect(new Configuration())
  }
}
