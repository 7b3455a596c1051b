// "Did you mean": the known word nearest to an unknown one. Used for document keys, option names, keywords.

/**
 * The candidate that is probably meant, or undefined where none is near: at most a third of its letters (at least
 * one, at most three) wrong, missing, doubled or swapped, or the word is an unambiguous beginning of it.
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  const beginnings: string[] = [];
  for (const candidate of candidates) {
    const name = candidate.toLowerCase();
    if (wanted.length >= 2 && name.startsWith(wanted)) beginnings.push(candidate);
    const allowed = Math.min(3, Math.max(1, Math.floor(Math.max(name.length, wanted.length) / 3)));
    const distance = editDistance(wanted, name);
    if (distance <= allowed && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return beginnings.length === 1 ? beginnings[0] : best;
}

/** Damerau-Levenshtein distance (optimal string alignment): letters changed, added, left out, or swapped with their neighbour. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
