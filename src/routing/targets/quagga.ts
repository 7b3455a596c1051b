// Quagga: zebra.conf and bgpd.conf, each read by its own daemon, the list of daemons to start, vtysh's file, kernel
// settings. Its last version is of 2018, and what has come since it can't do; each such thing is named.

import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Artifact } from '../../emit/artifact.ts';
import { Writer } from '../../emit/writer.ts';
import { diagnose } from '../faults.ts';
import type { Session, Speaker } from '../speaker.ts';
import { kernelSettings } from './kernel.ts';
import { formatVersion, type RoutingTarget, type Version } from './version.ts';
import { type Dialect, writePolicy } from './vty.ts';

const LAST: Version = { major: 1, minor: 2 };

/** The daemons of Debian's package. */
const DAEMONS = ['zebra', 'bgpd', 'ospfd', 'ospf6d', 'ripd', 'ripngd', 'isisd', 'babeld'] as const;

/** Administrative distance of a pull-up route: any other route for the prefix is better (255 would never be used). */
const PULL_UP_DISTANCE = 254;

export const quagga: RoutingTarget = {
  name: 'quagga',
  summary: 'Quagga 0.99 and 1.2: zebra.conf and bgpd.conf',
  usual: LAST,
  versions: '0.99 and 1.2',
  supports: ({ major, minor }) => (major === 1 && minor === 2) || (major === 0 && minor === 99),
  refuse,
  emit,
};

function isOld(version: Version): boolean {
  return version.major === 0;
}

function dialectOf(version: Version): Dialect {
  return {
    lists: 'ip',
    numbered: false,
    large: !isOld(version),
    nextHop6: !isOld(version),
    rpki: false,
    setsByList: true,
    exits: false,
  };
}

function refuse(speaker: Speaker, version: Version): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const add = (code: Parameters<typeof diagnose>[0], message: string, hint?: string): void => {
    found.push(diagnose(code, speaker.span, message, { hint }));
  };
  for (const { bfd, gtsm, address } of speaker.sessions) {
    if (bfd !== undefined) {
      found.push(
        diagnose('BGP102', bfd.span, `Quagga has no BFD for ${address.toString()}`, {
          hint: 'shorter timers notice a silent loss in three keepalives',
        }),
      );
    }
    if (gtsm !== undefined && isOld(version)) {
      found.push(
        diagnose(
          'BGP103',
          gtsm.span,
          `Quagga ${formatVersion(version)} has no GTSM for ${address.toString()}`,
        ),
      );
    }
  }
  const [cache] = speaker.validators;
  if (cache !== undefined) {
    found.push(diagnose('BGP113', cache.span, 'Quagga knows nothing of validated ROAs'));
  }
  if (speaker.multipath !== undefined && isOld(version)) {
    found.push(
      diagnose('BGP115', speaker.multipath.span, `Quagga ${formatVersion(version)} uses one way at a time`),
    );
  }
  if (speaker.sessions.length === 0) return found;
  add('BGP104', 'Quagga counts only accepted prefixes against max-prefix');
  add('BGP105', "Quagga can't limit how many prefixes it sends");
  add('BGP106', 'Quagga knows no BGP roles');
  if (isOld(version)) {
    if (speaker.sessions.some(({ family }) => family === 6)) {
      add(
        'BGP107',
        `Quagga ${formatVersion(version)} can't set the next hop of IPv6 routes to the neighbour`,
      );
    }
    add('BGP108', `Quagga ${formatVersion(version)} has no large communities`);
  }
  return found;
}

function emit(speaker: Speaker, version: Version): readonly Artifact[] {
  const owner = 'quagga:quagga';
  return [
    {
      path: '/etc/quagga/bgpd.conf',
      mode: 0o640,
      owner,
      text: bgpd(speaker, version),
      verify: ['bgpd', '-C', '-f', '{}'],
    },
    ...ospf(speaker, version),
    { path: '/etc/quagga/daemons', mode: 0o640, owner, text: daemons(speaker) },
    { path: '/etc/quagga/vtysh.conf', mode: 0o640, owner: 'quagga:quaggavty', text: vtysh(speaker) },
    {
      path: '/etc/quagga/zebra.conf',
      mode: 0o640,
      owner,
      text: zebra(speaker, version),
      verify: ['zebra', '-C', '-f', '{}'],
    },
    kernelSettings(speaker),
  ];
}

function daemons(speaker: Speaker): string {
  const out = new Writer();
  out.line(`# ${speaker.name}: which daemons Quagga starts. Without zebra no route reaches the kernel.`);
  const wanted = new Set<string>(['zebra', 'bgpd']);
  if (speaker.interior.igp === 'ospf') wanted.add('ospfd').add('ospf6d');
  for (const name of DAEMONS) out.line(`${name}=${wanted.has(name) ? 'yes' : 'no'}`);
  return out.text();
}

/** One file per daemon, each of which the daemon reads by itself: vtysh must not make another of them. */
function vtysh(speaker: Speaker): string {
  return new Writer()
    .line(`! ${speaker.name}: each daemon has its own file`)
    .line('no service integrated-vtysh-config')
    .text();
}

/** No `password` in either file: then nobody can log in over the daemons' TCP ports, and vtysh needs none. */
function heading(out: Writer, speaker: Speaker, version: Version): void {
  out.line(`! ${speaker.name}, AS ${speaker.as.toString()}, for Quagga ${formatVersion(version)}.`);
  out.line('! Made by bgpgen from the site file: change that, and make this anew.');
  out.line(`hostname ${speaker.name}`, 'log syslog informational', '!');
}

function zebra(speaker: Speaker, version: Version): string {
  const out = new Writer();
  heading(out, speaker, version);
  out.line('ip forwarding', 'ipv6 forwarding', '!');
  out.line('! pull-up routes: the unused parts of our prefixes loop nowhere');
  for (const prefix of speaker.prefixes) {
    out.line(
      prefix.family === 4
        ? `ip route ${prefix.toString()} blackhole ${PULL_UP_DISTANCE}`
        : // IPv6 routes need a way even to be discarded; lo is always there.
          `ipv6 route ${prefix.toString()} lo blackhole ${PULL_UP_DISTANCE}`,
    );
  }
  if (speaker.interior.ways.length > 0) out.line('!', '! our other routers');
  for (const { to, via } of speaker.interior.ways) {
    out.line(`${to.family === 4 ? 'ip' : 'ipv6'} route ${to.toString()} ${via.toString()}`);
  }
  out.line('!');
  return out.text();
}

/** OSPF for both families, between our own routers and nowhere else. */
function ospf(speaker: Speaker, version: Version): readonly Artifact[] {
  const { interior, id } = speaker;
  if (interior.igp !== 'ospf') return [];
  const own = ([4, 6] as const).map((family) => {
    const out = new Writer();
    heading(out, speaker, version);
    const links = interior.links.filter(({ prefixes }) => prefixes.some((each) => each.family === family));
    const loopbacks = interior.loopbacks.filter((address) => address.family === family);
    if (family === 4) {
      for (const link of links) {
        if (!link.pair) continue;
        out.line(`interface ${link.interface}`).indent(() => out.line('ip ospf network point-to-point'));
        out.line('!');
      }
      out.line('router ospf').indent(() => {
        out.line(`ospf router-id ${id.toString()}`, 'passive-interface lo');
        const networks = links.flatMap(({ prefixes }) => prefixes.filter((each) => each.family === 4));
        for (const network of networks) out.line(`network ${network.toString()} area 0.0.0.0`);
        for (const address of loopbacks) out.line(`network ${address.toString()}/32 area 0.0.0.0`);
      });
    } else {
      out.line('router ospf6').indent(() => {
        out.line(`router-id ${id.toString()}`);
        for (const link of links) out.line(`interface ${link.interface} area 0.0.0.0`);
        if (loopbacks.length > 0) out.line('interface lo area 0.0.0.0');
      });
    }
    return out.line('!').text();
  });
  return ['ospfd', 'ospf6d'].map((name, index) => ({
    path: `/etc/quagga/${name}.conf`,
    mode: 0o640,
    owner: 'quagga:quagga',
    text: own[index] ?? '',
    verify: [name, '-C', '-f', '{}'],
  }));
}

function bgpd(speaker: Speaker, version: Version): string {
  const out = new Writer();
  heading(out, speaker, version);
  writePolicy(out, speaker.policy, dialectOf(version));
  out.line(`router bgp ${speaker.as.toString()}`).indent(() => {
    out.line(`bgp router-id ${speaker.id.toString()}`, 'bgp log-neighbor-changes');
    out.line('! a session carries what it is told to', 'no bgp default ipv4-unicast');
    out.line('! our prefixes are announced as long as bgpd runs', 'no bgp network import-check');
    out.line('! a dead link ends its sessions at once', 'bgp fast-external-failover');
    // For all sessions or for none, and a route server does not put itself into the path (RFC 7947 section 2.2.2).
    if (!speaker.sessions.some(({ role }) => role === 'route-server')) {
      out.line('! the first AS number of a path is the neighbour', 'bgp enforce-first-as');
    }
    // Off unless it is asked for, in all versions; Quagga keeps a restarting neighbour's routes without a word here.
    out.line(
      '! neighbours must not keep our routes while we restart',
      speaker.gracefulRestart === 'on' ? 'bgp graceful-restart' : 'no bgp graceful-restart',
    );
    if (speaker.multipath !== undefined && !isOld(version)) {
      out.line('bgp bestpath as-path multipath-relax', `maximum-paths ${speaker.multipath.ways}`);
    }
    if (speaker.damping !== undefined) {
      const { halfLife, reuse, suppress, longest } = speaker.damping;
      out.line(`bgp dampening ${halfLife} ${reuse} ${suppress} ${longest}`);
    }
    for (const prefix of speaker.prefixes) {
      if (prefix.family === 4) out.line(`network ${prefix.toString()}`);
    }
    for (const session of speaker.sessions) {
      neighbor(out, session, version);
      if (session.family === 4) familyLines(out, session);
    }
    const sessions = speaker.sessions.filter(({ family }) => family === 6);
    const prefixes = speaker.prefixes.filter(({ family }) => family === 6);
    if (sessions.length + prefixes.length === 0) return;
    out.line('!', 'address-family ipv6').indent(() => {
      for (const prefix of prefixes) out.line(`network ${prefix.toString()}`);
      if (speaker.multipath !== undefined && !isOld(version))
        out.line(`maximum-paths ${speaker.multipath.ways}`);
      for (const session of sessions) familyLines(out, session);
    });
    out.line('exit-address-family');
  });
  out.line('!');
  return out.text();
}

function neighbor(out: Writer, session: Session, version: Version): void {
  const name = `neighbor ${session.address.toString()}`;
  const gtsm = session.gtsm !== undefined && !isOld(version);
  out.line('!', `${name} remote-as ${session.as.toString()}`, `${name} description ${session.description}`);
  if (session.password !== undefined) out.line(`${name} password ${session.password}`);
  if (session.source !== undefined) out.line(`${name} update-source ${session.source.toString()}`);
  if (gtsm) out.line(`${name} ttl-security hops ${session.hops}`);
  else if (session.hops > 1) out.line(`${name} ebgp-multihop ${session.hops}`);
  out.line(`${name} timers ${session.keepalive} ${session.hold}`, `${name} timers connect 10`);
  if (session.maintenance === 'down') out.line(`${name} shutdown`);
}

/**
 * Quagga lets everything pass where a session has no policy, so the lists beside the maps are the lock that holds when a
 * map is lost.
 */
function familyLines(out: Writer, session: Session): void {
  const name = `neighbor ${session.address.toString()}`;
  out.line(
    `${name} activate`,
    `${name} route-map ${session.inMap} in`,
    `${name} route-map ${session.outMap} out`,
  );
  if (session.role === 'ibgp') out.line(`${name} next-hop-self`);
  if (session.outPrefixes !== undefined) out.line(`${name} prefix-list ${session.outPrefixes} out`);
  if (session.outPaths !== undefined) out.line(`${name} filter-list ${session.outPaths} out`);
  if (session.maxReceived !== undefined) out.line(`${name} maximum-prefix ${session.maxReceived} 90`);
}
