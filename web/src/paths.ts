/** Addresses of the inbox; a page that joins gets its line here and one in App. */
export const paths = {
  inbox: '/',
  newMessage: '/new',
  dashboard: '/dashboard',
  operator: '/operator',
  operatorPattern: '/operator/*?',
  operatorMessage: (messageId: string) => `/operator/messages/${encodeURIComponent(messageId)}`,
  conversation: (conversationId: string) => `/conversations/${encodeURIComponent(conversationId)}`,
  conversationPattern: '/conversations/:conversationId',
} as const;
