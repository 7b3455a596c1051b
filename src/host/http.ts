// One question over HTTP and how far it came: whether a connection was made at all, whether anything answered, what. For
// diagnosis, so nothing is followed, repeated or sent through a proxy; the answer's body is read up to a limit.

import type { RequestOptions } from 'node:http';
import { type Host, HostError } from './host.ts';

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

/** The real one, for a machine. It throws HostError for a URL that is none. */
export function httpOf(host: Host): Ask {
  return async (question) => {
    const { url, answer } = question;
    const target = URL.canParse(url) ? new URL(url) : undefined;
    if (target === undefined || !/^https?:$/.test(target.protocol))
      throw new HostError('EINVAL', url, 'read');
    const started = performance.now();
    const address = await addressOf(target.hostname, answer, host);
    if (typeof address === 'object') return address;
    const left = Math.max(1, answer - (performance.now() - started));
    return askAt(target, address, { ...question, connect: Math.min(question.connect, left), answer: left });
  };
}

/**
 * The address of a name. getent(1) asks as the system's own resolver does, and can be ended: a look-up in this process
 * would hold it for as long as a name server is silent. Without it the look-up is left to the connection.
 */
async function addressOf(
  name: string,
  milliseconds: number,
  host: Host,
): Promise<string | undefined | Reply> {
  if (/^\[|^\d+(?:\.\d+){3}$|^localhost$/.test(name)) return undefined;
  const failed = (code: string): Reply => ({ kind: 'error', code, connected: false });
  try {
    const { status, stdout } = await host.run([
      'timeout',
      (milliseconds / 1000).toFixed(2),
      'getent',
      'ahosts',
      name,
    ]);
    if (status === 124) return failed('EAI_AGAIN');
    if (status === 2) return failed('ENOTFOUND');
    return status === 0 ? /^\S+/.exec(new TextDecoder().decode(stdout))?.[0] : undefined;
  } catch (error) {
    if (error instanceof HostError) return undefined;
    throw error;
  }
}

async function askAt(
  target: URL,
  address: string | undefined,
  { method = 'GET', headers = {}, connect, answer }: Question,
): Promise<Reply> {
  const { request } = target.protocol === 'https:' ? await import('node:https') : await import('node:http');
  return new Promise((resolve) => {
    let connected = false;
    const options: RequestOptions = { method, headers, agent: false };
    // The name stays what it is, for TLS and the Host header; only its address is known already.
    if (address !== undefined)
      options.lookup = (_name, { all }, found) => {
        const family = address.includes(':') ? 6 : 4;
        if (all === true) found(null, [{ address, family }]);
        else found(null, address, family);
      };
    const call = request(target, options);
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
}
