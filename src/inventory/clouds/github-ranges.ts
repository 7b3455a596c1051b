// GitHub's meta document: lists of prefixes by what they are for, among keys that hold something else.

import { isList, isObject, type Json } from '../../document/json.ts';
import { harvest } from '../harvest.ts';
import { Part } from '../part.ts';
import { Ranges } from '../ranges.ts';
import type { JsonCloud } from './cloud.ts';

export const githubRanges: JsonCloud = {
  name: 'github-ranges',
  summary: "GitHub's meta document, https://api.github.com/meta",
  form: 'json',
  recognises: (document) =>
    isObject(document) &&
    isList(document['hooks']) &&
    (isList(document['git']) || 'verifiable_password_authentication' in document),
  read: (document, source) =>
    harvest(source, 'github-ranges', (gathered) => {
      const ranges = new Ranges(gathered, 'github-ranges');
      const part = new Part(gathered, isObject(document) ? document : {});
      for (const [key, value] of Object.entries(part.object)) {
        if (!isPrefixes(key, value)) continue;
        ranges.group(key, () => ({ name: key, tags: new Map([['service', key]]) }));
        for (const [text, index] of part.texts(key)) ranges.read(text, part.at(key, index));
      }
      ranges.end();
    }),
};

/** Every list is one but that of host keys; a new kind of list shows itself by diagnostics. */
function isPrefixes(key: string, value: Json | undefined): boolean {
  return isList(value) && key !== 'ssh_keys';
}
