// FRR in a rehearsal: its daemons with everything in one folder, spoken to by vtysh.

import type { Session, Speaker } from '../../speaker.ts';
import { artifactText, type StageDaemon } from './daemon.ts';

function vtysh(folder: string, ...commands: readonly string[]): readonly string[] {
  return [
    'vtysh',
    '--vty_socket',
    folder,
    '--config_dir',
    folder,
    ...commands.flatMap((each) => ['-c', each]),
  ];
}

/** The daemons that the emitted list starts, zebra first; staticd is always started, as by FRR's own script. */
function daemonsIn(list: string): readonly string[] {
  const named = [...list.matchAll(/^([a-z0-9]+)=yes$/gm)].map(([, name = '']) => name);
  return ['zebra', 'staticd', ...named.filter((name) => name !== 'zebra' && name !== 'staticd')];
}

/** The options that the emitted list starts a daemon with. */
function optionsIn(list: string, name: string): readonly string[] {
  const [, options = '-A 127.0.0.1'] = new RegExp(`^${name}_options="([^"]*)"$`, 'm').exec(list) ?? [];
  return options.split(' ');
}

function neighbor(folder: string, session: Session, speaker: Speaker, no: boolean): readonly string[] {
  const shutdown = `${no ? 'no ' : ''}neighbor ${session.address.toString()} shutdown`;
  return vtysh(folder, 'configure terminal', `router bgp ${speaker.as.value}`, shutdown);
}

export const frr: StageDaemon = {
  target: 'frr',
  asks: ['/usr/lib/frr/zebra', '--version'],
  version: /zebra version (\d+\.\d+)/,
  forwards: () => true,
  owner: 'frr:frr',
  files: (_folder, artifacts) => {
    const files = new Map([
      ['frr.conf', artifactText(artifacts, '/frr.conf')],
      ['vtysh.conf', artifactText(artifacts, '/vtysh.conf')],
    ]);
    for (const name of daemonsIn(artifactText(artifacts, '/daemons'))) files.set(`${name}.conf`, '');
    return files;
  },
  processes: (folder, artifacts, version) => {
    const names = daemonsIn(artifactText(artifacts, '/daemons'));
    const modern = version.major >= 10;
    return [...(modern ? ['mgmtd'] : []), ...names].map((name) => ({
      name,
      bgp: name === 'bgpd',
      // A daemon that does not find zebra tries again only after ten seconds.
      ...(name === 'zebra' ? { opens: `${folder}/zserv.api` } : {}),
      argv: [
        `/usr/lib/frr/${name}`,
        // From 10 on mgmtd holds the configuration of staticd, and neither has a file.
        ...(modern && (name === 'mgmtd' || name === 'staticd') ? [] : ['-f', `${folder}/${name}.conf`]),
        ...['-i', `${folder}/${name}.pid`, '-z', `${folder}/zserv.api`, '--vty_socket', folder],
        ...optionsIn(artifactText(artifacts, '/daemons'), name),
        ...['-P', '0'],
        ...(name === 'bfdd' && !modern ? ['--bfdctl', `${folder}/bfdd.sock`] : []),
      ],
    }));
  },
  sockets: (folder, artifacts) =>
    daemonsIn(artifactText(artifacts, '/daemons')).map((name) => `${folder}/${name}.vty`),
  load: (folder) => [[...vtysh(folder), '-b']],
  routes: (folder, { address, family }) =>
    vtysh(folder, `show bgp ipv${family} unicast neighbors ${address.toString()} routes json`),
  routesIn: (answer) => {
    // A neighbour without routes, or without a session, is answered by a word.
    if (!answer.trimStart().startsWith('{')) return [];
    const parsed: unknown = JSON.parse(answer);
    const routes = typeof parsed === 'object' && parsed !== null && 'routes' in parsed ? parsed.routes : {};
    return Object.keys(typeof routes === 'object' && routes !== null ? routes : {}).sort();
  },
  close: (folder, session, speaker) => neighbor(folder, session, speaker, false),
  open: (folder, session, speaker) => neighbor(folder, session, speaker, true),
};
