import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The service of `app.py` behind uvicorn on the loopback, as it is deployed. */
export interface ServedService {
  readonly origin: string
  close(): void
}

/** @param python - a Python that has what `requirements.txt` names */
export async function serveService(python: string): Promise<ServedService> {
  const args = ['-m', 'uvicorn', 'app:app', '--port', '0', '--no-access-log']
  const child = spawn(python, args, { cwd: fileURLToPath(new URL('..', import.meta.url)) })
  let log = ''
  const origin = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (text: Buffer) => {
      log += text
      const address = /Uvicorn running on (http:\/\/[\d.:]+)/.exec(log)?.[1]
      if (address !== undefined) resolve(address)
    })
    child.once('exit', () => reject(new Error(`the service has ended:\n${log}`)))
  })
  return { origin, close: () => child.kill() }
}
