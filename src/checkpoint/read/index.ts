export { blobSource } from './blob-source.js'
export type { FileSource } from './file-source.js'
export type { HubOptions } from './hub-source.js'
export { type Checkpoint, type ReadCheckpointOptions, readCheckpoint } from './read-checkpoint.js'
