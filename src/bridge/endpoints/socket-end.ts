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
      if (parting === 'broken' && !socket.destroyed && socket.remotePort !== undefined)
        socket.resetAndDestroy();
      else socket.destroy();
    },
  };
}
