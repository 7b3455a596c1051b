// Every reader of the suite over a fixed number of texts from a fixed seed; `npm run fuzz -- SECONDS` goes on from there.
import t from 'tap';
import { feed } from './feed.ts';
import type { Target } from './flaws.ts';
import { makeText, Random, shorten } from './random.ts';
import { targets } from './targets.ts';

/** So many texts for each reader, or as many as it takes in this time (ms): the big documents are slower. */
const TEXTS = 2000;
const LONGEST = 150;

for (const target of targets) {
  t.test(target.name, async (t) => {
    const begun = performance.now();
    let number = 0;
    while (number < TEXTS && (number < 20 || performance.now() - begun < LONGEST)) {
      const { flaw } = feed(target, number++);
      if (flaw !== undefined) {
        t.fail(`${flaw.what} on ${JSON.stringify(flaw.text)}`);
        return;
      }
    }
    t.ok(number >= 20, `${number} texts`);
  });
}

t.test('what the fuzzer stands on', async (t) => {
  t.equal(new Set(targets.map(({ name }) => name)).size, targets.length);
  for (const { name, corpus, words } of targets) t.ok(corpus.length > 0 && words.length > 0, name);
  const [first] = targets;
  if (first === undefined) throw new Error('no targets');
  const make = (seed: number): string => makeText(new Random(seed), first.corpus, first.words);
  t.equal(make(7), make(7), 'a number stands for one text');
  const texts = Array.from({ length: 500 }, (_, seed) => make(seed));
  t.ok(new Set(texts).size > 400, 'and another for another');
  t.equal(
    shorten('xxAyyBzz', (text) => text.includes('A') && text.includes('B')),
    'AB',
  );
  const broken: Target = { ...first, flaw: (text) => (text.includes('.') ? 'a dot 1' : undefined) };
  const flaws = Array.from({ length: 100 }, (_, number) => feed(broken, number).flaw).filter(
    (flaw) => flaw !== undefined,
  );
  t.ok(
    flaws.length > 10 && flaws.every(({ text }) => text === '.'),
    'a broken reader is found, and its text made short',
  );
});
