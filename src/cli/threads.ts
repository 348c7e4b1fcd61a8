import { Worker } from 'node:worker_threads';

/** A thread that says one thing. */
export interface Thread<Answer> {
  /** Rejects when it ends by an error. */
  readonly answer: Promise<Answer>;
  /** Ends it, and gives its memory back. */
  stop(): Promise<unknown>;
}

/** Starts a thread with a script of `dist/cli`, which finds `data` as its `workerData`. */
export function startThread<Answer>(script: string, data: unknown): Thread<Answer> {
  // Resolves from src/cli and from dist/cli alike.
  const worker = new Worker(new URL(`../../dist/cli/${script}`, import.meta.url), {
    workerData: data,
  });
  const answer = new Promise<Answer>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
  // Perhaps nobody waits for it any more.
  answer.catch(() => {});
  return { answer, stop: () => worker.terminate() };
}
