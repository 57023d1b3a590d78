import { PersonalAccessTokensApi, PersonalAccessTokensBetaApi, PersonalAccessTokensV2024Api } from 'sailpoint-api-client'

/** @typedef {import('sailpoint-api-client').Configuration} Configuration */
/** @typedef {import('sailpoint-api-client').CreatePersonalAccessTokenRequest} Create */
/** @typedef {import('sailpoint-api-client').CreatePersonalAccessTokenRequestBeta} CreateBeta */
/** @typedef {import('sailpoint-api-client').CreatePersonalAccessTokenRequestV2024} CreateV2024 */
/** @typedef {import('sailpoint-api-client').JsonPatchOperation} Operation */
/** @typedef {import('sailpoint-api-client').JsonPatchOperationBeta} OperationBeta */
/** @typedef {import('sailpoint-api-client').JsonPatchOperationV2024} OperationV2024 */
/** @typedef {import('sailpoint-api-client').PersonalAccessTokensApiListPersonalAccessTokensRequest} List */
/** @typedef {typeof versions[number]} Version */

/**
 * The versions of the SDK. Each has its own names and types. A call in a step must have arguments of the
 * types of all versions.
 */
export const versions = [
  {
    name: 'beta',
    /** @param {Configuration} configuration */
    connect(configuration) {
      const api = new PersonalAccessTokensBetaApi(configuration)
      return {
        create: (/** @type {CreateBeta} */ token) => api.createPersonalAccessToken({ createPersonalAccessTokenRequestBeta: token }),
        list: (/** @type {List} */ query = {}) => api.listPersonalAccessTokens(query),
        patch: (/** @type {string} */ id, /** @type {OperationBeta[]} */ ...operations) => api.patchPersonalAccessToken({ id, jsonPatchOperationBeta: operations }),
        remove: (/** @type {string} */ id) => api.deletePersonalAccessToken({ id }),
      }
    },
  },
  {
    name: 'v3',
    /** @param {Configuration} configuration */
    connect(configuration) {
      const api = new PersonalAccessTokensApi(configuration)
      return {
        create: (/** @type {Create} */ token) => api.createPersonalAccessToken({ createPersonalAccessTokenRequest: token }),
        list: (/** @type {List} */ query = {}) => api.listPersonalAccessTokens(query),
        patch: (/** @type {string} */ id, /** @type {Operation[]} */ ...operations) => api.patchPersonalAccessToken({ id, jsonPatchOperation: operations }),
        remove: (/** @type {string} */ id) => api.deletePersonalAccessToken({ id }),
      }
    },
  },
  {
    name: 'v2024',
    /** @param {Configuration} configuration */
    connect(configuration) {
      const api = new PersonalAccessTokensV2024Api(configuration)
      return {
        create: (/** @type {CreateV2024} */ token) => api.createPersonalAccessToken({ createPersonalAccessTokenRequestV2024: token }),
        list: (/** @type {List} */ query = {}) => api.listPersonalAccessTokens(query),
        patch: (/** @type {string} */ id, /** @type {OperationV2024[]} */ ...operations) => api.patchPersonalAccessToken({ id, jsonPatchOperationV2024: operations }),
        remove: (/** @type {string} */ id) => api.deletePersonalAccessToken({ id }),
      }
    },
  },
]
