/** Addresses of the inbox; a page that joins gets its line here and one in App. */
export const paths = {
  inbox: '/',
  newMessage: '/new',
  conversation: (conversationId: string) => `/conversations/${encodeURIComponent(conversationId)}`,
  conversationPattern: '/conversations/:conversationId',
} as const;
