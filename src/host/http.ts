// One question over HTTP and how far it came: whether a connection was made at all, whether anything answered, what. For
// diagnosis, so nothing is followed, repeated or sent through a proxy; the answer's body is read up to a limit.

import { HostError } from './host.ts';

export interface Question {
  readonly url: string;
  readonly method?: 'GET' | 'PUT' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds until a connection has to stand, and until the whole answer has to be there. */
  readonly connect: number;
  readonly answer: number;
}

export type Reply =
  | { readonly kind: 'answer'; readonly status: number; readonly date: string; readonly body: string }
  /** The call that failed and its errno or TLS code: `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`. */
  | { readonly kind: 'error'; readonly code: string; readonly connected: boolean }
  /** Time ran out: before there was a connection, or with one over which nothing came. */
  | { readonly kind: 'silence'; readonly connected: boolean };

/** Asks over HTTP or HTTPS. */
export type Ask = (question: Question) => Promise<Reply>;

const MOST = 1 << 16;

/** The real one. Throws HostError for a URL that is none. */
export const askHttp: Ask = async ({ url, method = 'GET', headers = {}, connect, answer }) => {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target === undefined || !/^https?:$/.test(target.protocol)) throw new HostError('EINVAL', url, 'read');
  const { request } = target.protocol === 'https:' ? await import('node:https') : await import('node:http');
  return new Promise((resolve) => {
    let connected = false;
    const call = request(target, { method, headers, agent: false });
    const settle = (reply: Reply): void => {
      clearTimeout(slow);
      clearTimeout(late);
      call.destroy();
      resolve(reply);
    };
    const slow = setTimeout(() => {
      if (!connected) settle({ kind: 'silence', connected });
    }, connect);
    const late = setTimeout(() => settle({ kind: 'silence', connected }), answer);
    call.on('socket', (socket) => {
      socket.once('connect', () => {
        connected = true;
      });
    });
    call.on('error', (error) => {
      const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
      settle({ kind: 'error', code, connected });
    });
    call.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      const done = (): void =>
        settle({ kind: 'answer', status: response.statusCode ?? 0, date: response.headers.date ?? '', body });
      response.on('data', (text: string) => {
        body += text;
        if (body.length > MOST) done();
      });
      response.on('end', done);
      response.on('error', done);
    });
    call.end();
  });
};
