import { Configuration } from 'sailpoint-api-client'

/** @typedef {import('./tenant.js').Tenant} Tenant */
/** @typedef {import('./tenant.js').Credentials} Credentials */
/** @typedef {import('./versions.js').Version} Version */

/** A limitation of an SDK. A step returns it after checking the expected failure. */
export class Limit {
  /** @param {string} detail */
  constructor(detail) {
    this.detail = detail
  }
}

/** Ends the message of a step that does not see the expected failure of a limit. */
export const lifted = '(the SDK does this now: remove the limit)'

/** The initial environment of the driver. */
const startEnvironment = { ...process.env }

/** The environment of a step: a version of the SDK, and a tenant that was reset before the step. */
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
   * Returns an SDK client that reads the credentials of a user from the environment, as the SDK documents.
   * @param {string | Credentials} user its name or its credentials
   * @param {string} [baseUrl]
   */
  async as(user, baseUrl = this.tenant.url) {
    const { clientId, clientSecret } = typeof user === 'string' ? await this.tenant.credentials(user) : user
    return this.environment({ SAIL_BASE_URL: baseUrl, SAIL_CLIENT_ID: clientId, SAIL_CLIENT_SECRET: clientSecret })
  }

  /**
   * Returns an SDK client with the initial environment of the driver, in which some variables are replaced.
   * @param {Record<string, string>} [variables]
   */
  environment(variables = {}) {
    Object.assign(process.env, startEnvironment, variables)
    return this.version.connect(new Configuration())
  }
}
