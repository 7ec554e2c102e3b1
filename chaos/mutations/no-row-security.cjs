// A known bug, to prove the checker: the product reads under a role for which no policy holds, and the look-ups of one message
// forget their workspace, which the policies would have made up for.
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  const { Database } = require('../../dist/platform/database.js');
  const { forWorkspace } = Database.prototype;
  const forgetful = ['find_message_key', 'find_message'];
  Database.prototype.forWorkspace = function (workspaceId, statement, values) {
    if (!forgetful.includes(statement.name)) return forWorkspace.call(this, workspaceId, statement, values);
    const text = statement.text.replaceAll(/(\w+\.)?workspace_id = \$1/g, () => '$1::uuid is not null');
    return this.run('begin; set local role maintenance', { name: `${statement.name}_of_all`, text }, values);
  };
}
