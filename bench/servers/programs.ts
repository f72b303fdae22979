import type { ServerProgram } from './server.js'

const tsx = (file: string, ...args: string[]) => [process.execPath, '--import', 'tsx', file, ...args] as const
const HERE = 'bench/servers/programs'

/** The FastAPI application of the platform's own classes, in one worker as the others are one process. */
const python = process.env['MODEL_ENTITY_PYTHON']
const FASTAPI: readonly ServerProgram[] =
  python === undefined
    ? []
    : [
        {
          name: 'FastAPI, the reference',
          command: [python, '-m', 'uvicorn', '--app-dir', 'test/oracle', 'app:app', '--port', '0', '--no-access-log'],
          url: /running on (http:\/\/[\w.:]+)/,
        },
      ]

/** The servers of the comparison. */
export function serverPrograms(dataFolder: string): readonly ServerProgram[] {
  const registry = { HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'error' }
  const url = process.env['DATABASE_URL']
  return [
    { name: 'Fastify, no validation', command: tsx(`${HERE}/fastify.ts`, 'none') },
    { name: 'Fastify and model-entity', command: tsx(`${HERE}/fastify.ts`, 'model-entity') },
    { name: 'Fastify and Ajv', command: tsx(`${HERE}/fastify.ts`, 'ajv') },
    { name: 'Hono and Zod', command: tsx(`${HERE}/hono.ts`) },
    ...FASTAPI,
    {
      name: 'the registry, PGlite',
      command: tsx('examples/registry/main.ts'),
      env: { ...registry, REGISTRY_DATA: dataFolder, DATABASE_URL: '' },
      url: REGISTRY_URL,
      stores: true,
    },
    ...(url === undefined
      ? []
      : [
          {
            name: 'the registry, Postgres',
            command: tsx('examples/registry/main.ts'),
            env: registry,
            url: REGISTRY_URL,
            stores: true,
          } as const,
        ]),
  ]
}

const REGISTRY_URL = /curl -X POST (http:\/\/[^/]+)/
