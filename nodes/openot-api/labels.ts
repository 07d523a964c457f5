/** The labels of the dialog, for errors: whoever reads one looks for the field by its label. */
export const labels = {
  direction: 'Direction',
  senderId: 'Sender id',
  recipientId: 'Recipient id',
  route: 'Route',
  transactionId: 'Transaction id',
  userAgent: 'User agent',
  told: 'Told as well',
  timeout: 'Timeout'
} as const;
