/** What the store gave back is not what was put there: nothing may rest on it, and nothing be dropped for it. */
export class ArchiveDamaged extends Error {
  constructor(
    readonly key: string,
    what: string,
  ) {
    super(`the archive's object ${key} ${what}`);
    this.name = 'ArchiveDamaged';
  }
}
