/** What people set of a workspace, its versions, and the way back. */

/** By section and name, as `configuration_of` in the database makes it; without secrets. */
export type Configuration = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** One setting that is, or will be, another: null where it is not set. */
export interface ConfigurationChange {
  section: string;
  name: string;
  from: unknown;
  to: unknown;
}

/** What it takes to undo a version. */
export interface UndoPlan {
  changes: ConfigurationChange[];
  /** Of these, what was changed again since: an undo takes that back too. */
  changedSince: ConfigurationChange[];
}

/** Every setting that differs between two configurations, by section and name. */
export function changesBetween(before: Configuration, after: Configuration): ConfigurationChange[] {
  return namesOf(before, after)
    .map(([section, name]) => ({ section, name, from: settingOf(before, section, name), to: settingOf(after, section, name) }))
    .filter(({ from, to }) => !isSame(from, to));
}

/** How to set what one version changed back to what it was before, and leave everything else as it is now. */
export function planUndo(before: Configuration, after: Configuration, now: Configuration): UndoPlan {
  const changes = changesBetween(before, after)
    .map(({ section, name, from }) => ({ section, name, from: settingOf(now, section, name), to: from }))
    .filter(({ from, to }) => !isSame(from, to));
  return { changes, changedSince: changes.filter(({ section, name, from }) => !isSame(from, settingOf(after, section, name))) };
}

function settingOf(configuration: Configuration, section: string, name: string): unknown {
  const settings = Object.hasOwn(configuration, section) ? configuration[section] : undefined;
  return settings && Object.hasOwn(settings, name) ? settings[name] : null;
}

function namesOf(...configurations: Configuration[]): [section: string, name: string][] {
  const sections = [...new Set(configurations.flatMap((one) => Object.keys(one)))].sort();
  return sections.flatMap((section) =>
    [...new Set(configurations.flatMap((one) => (Object.hasOwn(one, section) ? Object.keys(one[section] ?? {}) : [])))]
      .sort()
      .map((name): [string, string] => [section, name]),
  );
}

/** Of values as JSON has them; the database keeps the names of an object in one order. */
const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
