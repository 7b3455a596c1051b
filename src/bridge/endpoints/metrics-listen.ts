// Serves the text of --metrics over HTTP, on a TCP port or a unix socket: GET of anything is answered with it. It keeps no
// process alive, and whoever stalls is let go of.

import { unlinkSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { HostPort } from '../../address/host-port.ts';
import { OpenError } from '../endpoint.ts';
import { reasonOf } from '../errno.ts';

/** The longest request that is read. */
const REQUEST = 8192;

/** Milliseconds for a client to say what it wants and take the answer. */
const PATIENCE = 10_000;

/** Where to listen: a path, or a host and port; a port alone is one of this machine's own. */
export function metricsPlace(
  text: string,
): { readonly path: string } | { readonly host: string; readonly port: number } | undefined {
  if (text.startsWith('/') || text.startsWith('./')) return { path: text };
  const read = HostPort.read(/^\d+$/.test(text) ? `127.0.0.1:${text}` : text);
  return read instanceof HostPort ? { host: read.address.toString(), port: read.port } : undefined;
}

/** Listens; gives what ends it. Throws OpenError. */
export async function serveMetrics(place: string, text: () => string): Promise<() => void> {
  const label = `--metrics ${place}`;
  const where = metricsPlace(place);
  if (where === undefined)
    throw new OpenError(label, 'neither a port, nor address:port, nor a path', { final: true });
  const server = createServer({ allowHalfOpen: true }, (socket) => answer(socket, text));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new OpenError(label, reasonOf(error), { final: true })));
    server.listen(where, resolve);
  });
  server.unref();
  return () => {
    server.close();
    if ('path' in where) {
      try {
        unlinkSync(where.path);
      } catch {
        // close() has removed it, or somebody else has.
      }
    }
  };
}

function answer(socket: Socket, text: () => string): void {
  socket.unref();
  socket.on('error', () => undefined);
  socket.setTimeout(PATIENCE, () => socket.destroy());
  let request = '';
  socket.setEncoding('latin1');
  const take = (piece: string): void => {
    request += piece;
    const done = /\r?\n\r?\n/.test(request);
    if (!done && request.length <= REQUEST) return;
    socket.off('data', take);
    socket.resume();
    socket.end(done ? responseTo(request, text) : response('431 Request Header Fields Too Large', '', ''));
  };
  socket.on('data', take);
  socket.on('end', () => socket.end());
}

function responseTo(request: string, text: () => string): string {
  const method = /^([A-Z]+) \S+ HTTP\/1\.[01]\r?\n/.exec(request)?.[1];
  if (method === undefined) return response('400 Bad Request', '', '');
  if (method !== 'GET' && method !== 'HEAD')
    return response('405 Method Not Allowed', 'Allow: GET, HEAD\r\n', '');
  return response(
    '200 OK',
    'Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n',
    text(),
    method === 'HEAD',
  );
}

function response(status: string, headers: string, body: string, headOnly = false): string {
  const length = Buffer.byteLength(body);
  return `HTTP/1.1 ${status}\r\n${headers}Content-Length: ${length}\r\nConnection: close\r\n\r\n${headOnly ? '' : body}`;
}
