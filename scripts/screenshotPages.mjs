// The pages of which screenshots are made: an address, what is done before it is opened, and there before the picture. `world` is what
// scripts/screenshotWorld.mjs made. A page that joins the inbox or the operator's room gets its line here.

const conversation = (id) => `/conversations/${id}`;

export const pages = [
  { name: 'sign-in', path: () => '/', signedOut: true, wait: '.sign-in' },
  { name: 'list', path: () => '/', wait: '[data-conversation-id]' },
  { name: 'thread', path: (world) => conversation(world.talk), wait: '[data-message-id]' },
  {
    name: 'thread-story',
    path: (world) => conversation(world.talk),
    wait: '[data-message-id]',
    act: async (page) => {
      await page.locator('.story-button').last().click();
      await page.waitForSelector('.story-steps li');
    },
  },
  {
    name: 'thread-failed',
    path: (world) => conversation(world.failed),
    wait: '[data-status=failed]',
    act: async (page) => {
      await page.locator('.story-button').last().click();
      await page.waitForSelector('.story-steps li');
    },
  },
  {
    name: 'composer-unicode',
    path: (world) => conversation(world.talk),
    wait: '[data-message-id]',
    act: async (page) => {
      await page.fill(
        '.composer textarea',
        'Great — we’ll see you at noon. Bring the form if you have it; the desk is on the second floor.',
      );
      await page.getByRole('button', { name: 'Send later' }).click();
    },
  },
  {
    name: 'assign',
    path: (world) => conversation(world.talk),
    wait: '[data-message-id]',
    act: async (page) => {
      await page.locator('.assign').click();
      await page.waitForSelector('[role=menuitemradio]');
    },
  },
  { name: 'opted-out', path: (world) => conversation(world.optedOut), wait: '.barred' },
  { name: 'right-to-left', path: (world) => conversation(world.odd), wait: '[data-message-id]' },
  { name: 'scheduled', path: (world) => conversation(world.scheduled), wait: '.scheduled' },
  {
    name: 'search-nobody',
    path: () => '/',
    wait: '[data-conversation-id]',
    act: async (page) => {
      await page.fill('.search', 'zzz');
      await page.getByText('Nobody found').waitFor();
    },
  },
  { name: 'new-message', path: () => '/new', wait: '.fields' },
  {
    name: 'keys',
    path: () => '/',
    wait: '[data-conversation-id]',
    act: async (page) => {
      await page.keyboard.press('?');
      await page.waitForSelector('dialog[open]');
    },
  },
  {
    name: 'offline',
    path: (world) => conversation(world.talk),
    before: (page) => page.routeWebSocket(/socket\.io/, (socket) => socket.close()),
    wait: '[data-message-id]',
    act: async (page) => {
      await page.route('**/v1/**', (route) => route.abort());
      await page.fill('.composer textarea', 'Written in a tunnel');
      await page.keyboard.press('Enter');
      await page.waitForSelector('[data-pending=waiting]');
    },
  },
  { name: 'figures', path: () => '/dashboard', wait: '.charts canvas' },
  { name: 'operator-queues', path: () => '/operator', wait: '[data-queue=failed] .shares li' },
  { name: 'operator-outbound', path: () => '/operator/queues/outbound', wait: '.table td' },
  {
    name: 'operator-failed',
    path: () => '/operator/failed',
    wait: '.table td',
    act: async (page) => {
      await page.getByText('Send many again, by a filter').click();
      await page.getByRole('button', { name: 'Count them first' }).click();
      await page.waitForSelector('.counted');
    },
  },
  { name: 'operator-message', path: (world) => `/operator/messages/${world.messages.parked}`, wait: '.timeline li' },
  {
    name: 'operator-question',
    path: (world) => `/operator/messages/${world.messages.parked}`,
    wait: '.timeline li',
    act: async (page) => {
      await page.getByRole('button', { name: 'Resolve…' }).click();
      await page.waitForSelector('dialog[open]');
    },
  },
  { name: 'operator-delivered', path: (world) => `/operator/messages/${world.messages.delivered}`, wait: '.timeline li' },
  { name: 'operator-limits', path: () => '/operator/limits', wait: '.figures dd' },
  { name: 'operator-providers', path: () => '/operator/providers', wait: '.table td' },
  {
    name: 'operator-webhooks',
    path: () => '/operator/webhooks',
    wait: '.table td',
    act: async (page) => {
      await page.getByRole('button', { name: 'Deliveries' }).click();
      await page.waitForSelector('.panel .table td');
    },
  },
  { name: 'operator-upkeep', path: () => '/operator/upkeep', wait: '.table td' },
  { name: 'operator-people', path: () => '/operator/people', wait: '.table td' },
  { name: 'operator-keys', path: () => '/operator/keys', wait: '.table td' },
  { name: 'operator-audit', path: () => '/operator/audit', wait: '[data-intact]' },
  { name: 'operator-workspaces', path: () => '/operator/workspaces', wait: '.table td' },
  { name: 'operator-nowhere', path: () => '/operator/elsewhere', wait: '.room .notice' },
];
