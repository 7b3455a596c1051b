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
      if (parting !== 'broken' || socket.destroyed || socket.remotePort === undefined) socket.destroy();
      else if (isShuttingDown(socket)) socket.once('finish', () => socket.resetAndDestroy());
      else socket.resetAndDestroy();
    },
  };
}

/**
 * Whether shutdown(2) is under way, for the turn of the event loop that it takes. libuv refuses a reset then, and Node
 * has let go of the descriptor already and never closes it (uv_tcp_close_reset, EINVAL; seen on Node 20 and 24).
 */
function isShuttingDown(socket: Socket): boolean {
  return socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
}
