// OpenBGPD in a rehearsal, spoken to by bgpctl. Debian 12's does not reach the kernel's table: then the sessions are shown,
// and no packets.

import { artifactText, type StageDaemon } from './daemon.ts';

function bgpctl(folder: string, ...words: readonly string[]): readonly string[] {
  return ['bgpctl', '-s', `${folder}/bgpd.sock`, ...words];
}

export const openbgpd: StageDaemon = {
  target: 'openbgpd',
  asks: ['bgpd', '-V'],
  version: /OpenBGPD (\d+\.\d+)/,
  forwards: ({ major }) => major >= 8,
  owner: 'root:root',
  files: (folder, artifacts) =>
    new Map([['bgpd.conf', `socket "${folder}/bgpd.sock"\n${artifactText(artifacts, '/bgpd.conf')}`]]),
  processes: (folder) => [{ name: 'bgpd', bgp: true, argv: ['bgpd', '-d', '-f', `${folder}/bgpd.conf`] }],
  sockets: (folder) => [`${folder}/bgpd.sock`],
  // The discard routes are a unit of their own: what it would start.
  load: (_folder, artifacts) =>
    [...artifactText(artifacts, '/bgp-pull-up.service').matchAll(/^ExecStart=(.*)$/gm)].map(
      ([, command = '']) => command.split(' '),
    ),
  routes: (folder, { address }) => bgpctl(folder, 'show', 'rib', 'neighbor', address.toString()),
  routesIn: (answer) =>
    [...answer.matchAll(/^[^\n]*?\s([0-9a-f:.]+\/\d+)\s/gm)].map(([, prefix = '']) => prefix).sort(),
  close: (folder, { address }) => bgpctl(folder, 'neighbor', address.toString(), 'down'),
  open: (folder, { address }) => bgpctl(folder, 'neighbor', address.toString(), 'up'),
};
