/** The paths of the API, with `:name` for a segment. */
export const MODELS_PATH = '/apis/models/v2/workspaces/:workspace/models'
export const MODEL_PATH = `${MODELS_PATH}/:name`
export const ADAPTERS_PATH = `${MODEL_PATH}/adapters`
export const ADAPTER_PATH = `${ADAPTERS_PATH}/:adapter`
export const LIVE_PATH = '/health/live'
export const READY_PATH = '/health/ready'
export const OPENAPI_PATH = '/openapi.json'
