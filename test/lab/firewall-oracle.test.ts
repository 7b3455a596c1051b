// The model as the oracle of the kernel, in small; `npm run lab:firewall` does the same with a thousand policies.

import t from 'tap';
import { run } from '../spawn.ts';
import { Oracle, type Way } from './firewall-oracle.ts';

/** Policies for each way: PENSTOCK_POLICIES, or as many as take a few seconds. */
const POLICIES = Number(process.env['PENSTOCK_POLICIES'] ?? 60);

const WAYS: readonly (readonly [Way, readonly string[]])[] = [
  ['iptables-nft', ['iptables-nft', 'ip6tables-nft', 'ipset']],
  ['iptables-legacy', ['iptables-legacy', 'ip6tables-legacy', 'ipset']],
  ['nft', []],
];

async function lacking(tools: readonly string[]): Promise<false | string> {
  if (process.geteuid?.() !== 0) return 'network namespaces need root';
  for (const tool of ['ip', 'nft', ...tools])
    if ((await run('which', [tool])).status !== 0) return `${tool} is not installed`;
  return false;
}

for (const [index, [way, tools]] of WAYS.entries()) {
  t.test(
    `${way}: what the kernel does with packets is what the model says`,
    { skip: await lacking(tools), timeout: 3_600_000 },
    async (t) => {
      const seed = Number(process.env['PENSTOCK_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
      const oracle = await Oracle.start(`po-${process.pid}-${index}`, way);
      t.teardown(() => oracle.stop());
      const { policies, packets, verdicts, disagreements } = await oracle.run(seed, POLICIES);
      t.comment(`${way}: ${policies} policies, ${packets} packets, ${JSON.stringify([...verdicts])}`);
      // Hostile names in a test's name would break the tests' own protocol; one disagreement says it all.
      t.equal(disagreements.length, 0, `seed ${seed}`);
      if (disagreements[0] !== undefined) t.comment(JSON.stringify(disagreements[0]));
      for (const verdict of ['accept', 'drop', 'reject', 'return'])
        t.ok((verdicts.get(verdict) ?? 0) > POLICIES / 10, `${verdict} came up`);
    },
  );
}
