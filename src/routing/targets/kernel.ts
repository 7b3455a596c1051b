// Settings of the Linux kernel that a router of the site needs, whatever its routing daemon: a drop-in for sysctl.

import type { Artifact } from '../../emit/artifact.ts';
import { Writer } from '../../emit/writer.ts';
import type { Speaker } from '../speaker.ts';

/** The drop-in. Later files of /etc/sysctl.d win, and 60 comes after the distributions' own. */
export function kernelSettings(speaker: Speaker): Artifact {
  const path = '/etc/sysctl.d/60-bgp.conf';
  const out = new Writer();
  out.line(`# ${speaker.name}: a router, with two ways to the world.`);
  out.line('net.ipv4.ip_forward = 1', 'net.ipv6.conf.all.forwarding = 1', '');
  out.line(
    '# Answers come back over the other provider, so the source of a packet need only be reachable somehow',
  );
  out.line(
    '# (loose mode, RFC 3704 section 2.4). The kernel takes the larger of "all" and the interface: 2 in "all"',
  );
  out.line('# holds for every interface, whatever a distribution has set for it.');
  out.line('net.ipv4.conf.all.rp_filter = 2', 'net.ipv4.conf.default.rp_filter = 2');
  return { path, mode: 0o644, text: out.text(), load: ['sysctl', '-p', '{}'] };
}
