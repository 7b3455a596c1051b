// The one table of exit statuses, by sysexits(3). Every program's EXIT STATUS section is made from it.

/** Exit statuses by name. */
export const EXIT = {
  ok: 0,
  negative: 1,
  usage: 64,
  data: 65,
  noInput: 66,
  unavailable: 69,
  software: 70,
  cantCreate: 73,
  io: 74,
  tempFail: 75,
  noPermission: 77,
} as const;

export type ExitName = keyof typeof EXIT;

/** What a status means in a program that says nothing more particular. */
export const EXIT_MEANINGS: Readonly<Record<ExitName, string>> = {
  ok: 'All went well.',
  negative: 'The answer is no.',
  usage: 'The command line is wrong: an unknown option, a missing operand, a value that is not one.',
  data: 'The input is not what it should be; the diagnostics say where.',
  noInput: "An input file is not there or can't be read.",
  unavailable: 'A program or service that is needed is not there.',
  software: 'A fault in the program itself; please report it.',
  cantCreate: "An output file can't be created.",
  io: 'Writing failed, for example because the disk is full.',
  tempFail: 'Another run is in the way; it may be tried again later.',
  noPermission: 'The system did not allow it.',
};

/** The status that a failed system call ends a program with, by its errno name and what was being done. */
export function exitOfErrno(code: string, direction: 'read' | 'write' | 'run'): number {
  if (direction === 'read') return EXIT.noInput;
  if (direction === 'run') return EXIT.unavailable;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return EXIT.noPermission;
  if (code === 'ENOSPC' || code === 'EIO' || code === 'EDQUOT' || code === 'EFBIG') return EXIT.io;
  return EXIT.cantCreate;
}
