// A connected stream socket as an end of a relay.

import type { Socket } from 'node:net';
import type { End } from '../engines/engine.ts';
import type { Manners } from './manners.ts';

/** The end that a socket is. From here on its errors are the relay's to hear; before, they are kept by the stream. */
export function socketEnd(socket: Socket, label: string, manners: Manners): End {
  // The relay may come much later (a client waits for its backend), and an error without a listener ends the process.
  socket.on('error', () => undefined);
  return {
    label,
    input: socket,
    output: socket,
    ...manners,
    dispose: (parting) => {
      // Only TCP can say that a stream broke off; a unix socket throws at the attempt.
      if (parting === 'broken' && !socket.destroyed && socket.remotePort !== undefined) breakOff(socket);
      else socket.destroy();
    },
  };
}

/**
 * Milliseconds that data has to get through to the other side after a stream broke off. A reset throws away what the
 * kernel still has to send, and how much that is Node does not tell.
 */
const LAST_DATA = 500;

/**
 * Resets a connection, a moment after the last data was written to it. Not while shutdown(2) is under way, which takes a
 * turn of the event loop: libuv refuses a reset then, and Node has let go of the descriptor already and never closes it
 * (uv_tcp_close_reset, EINVAL; seen on Node 20 and 24).
 */
function breakOff(socket: Socket): void {
  resetSocket(socket, socket);
}

/** The same of a connection that another one runs on (TLS): that one's data is what has to get through. */
export function resetSocket(raw: Socket, socket: Socket): void {
  const reset = (): void => {
    if (!raw.destroyed) raw.resetAndDestroy();
    socket.destroy();
  };
  if (socket.writableEnded && !socket.writableFinished) {
    socket.once('finish', reset);
    const timer = setTimeout(() => {
      if (socket.writableLength > 0) reset();
    }, LAST_DATA);
    socket.once('close', () => clearTimeout(timer));
  } else if (socket.writableEnded || socket.bytesWritten === 0) {
    reset();
  } else {
    const timer = setTimeout(reset, LAST_DATA);
    socket.once('close', () => clearTimeout(timer));
  }
}
