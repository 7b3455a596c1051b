// BIRD in a rehearsal, spoken to by birdc.

import type { Session, Speaker } from '../../speaker.ts';
import { prefixesIn } from '../provider.ts';
import { artifactText, type StageDaemon } from './daemon.ts';

/** The protocol of a session, as the target names it: by neighbour and family, and by number where there are several. */
function protocolOf({ sessions }: Speaker, session: Session): string {
  const same = sessions.filter(
    (each) => each.neighbor === session.neighbor && each.family === session.family,
  );
  const number = same.indexOf(session) + 1;
  const base = `${session.neighbor}-v${session.family}`;
  return `'${number > 1 ? `${base}-${number}` : base}'`;
}

export const bird: StageDaemon = {
  target: 'bird',
  asks: ['bird', '--version'],
  version: /BIRD version (\d+\.\d+)/,
  forwards: () => true,
  owner: 'root:root',
  files: (_folder, artifacts) =>
    new Map([
      ['bird.conf', artifactText(artifacts, '/bird.conf').replace(/^log syslog all;/m, 'log stderr all;')],
    ]),
  processes: (folder) => [
    {
      name: 'bird',
      bgp: true,
      argv: [
        'bird',
        '-f',
        '-c',
        `${folder}/bird.conf`,
        '-s',
        `${folder}/bird.ctl`,
        '-P',
        `${folder}/bird.pid`,
      ],
    },
  ],
  sockets: (folder) => [`${folder}/bird.ctl`],
  load: () => [],
  routes: (folder, session, speaker) => [
    ...['birdc', '-s', `${folder}/bird.ctl`, 'show', 'route', 'protocol'],
    protocolOf(speaker, session),
  ],
  routesIn: prefixesIn,
  close: (folder, session, speaker) => [
    'birdc',
    '-s',
    `${folder}/bird.ctl`,
    'disable',
    protocolOf(speaker, session),
  ],
  open: (folder, session, speaker) => [
    'birdc',
    '-s',
    `${folder}/bird.ctl`,
    'enable',
    protocolOf(speaker, session),
  ],
};
