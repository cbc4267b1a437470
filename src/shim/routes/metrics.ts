import { noBody, noQuery, route } from '../route.ts';

export const metrics = route({
  method: 'get',
  path: '/metrics',
  summary: 'Figures for Prometheus',
  access: 'read',
  query: noQuery,
  body: noBody,
  answers: { 200: { description: 'Text exposition format', mediaType: 'text/plain' } },
  handle: async (_call, deps) => {
    const { contentType, text } = await deps.metrics.expose();
    return { headers: { 'Content-Type': contentType }, body: text };
  },
});
