/** The workspace whose API key this is; undefined where it is none. A key is pr_<workspace>_<key id>_<secret>. */
export function workspaceOfKey(apiKey: string): string | undefined {
  return /^pr_([0-9a-f]{32})_/.exec(apiKey)?.[1]?.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
