const input = './openapi.json'

export default {
  client: { input, output: { target: './generated/client.ts', schemas: './generated/model', client: 'fetch' } },
  zod: {
    input,
    output: {
      target: './generated/zod.ts',
      client: 'zod',
      override: { zod: { dateTimeOptions: { offset: true }, generateReusableSchemas: true } },
    },
  },
}
