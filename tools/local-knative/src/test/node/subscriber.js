// Takes events, and knows nothing of local-knative: OpenTelemetry's SDK goes by its variables alone.
const {NodeSDK} = require('@opentelemetry/sdk-node');
const {HttpInstrumentation} = require('@opentelemetry/instrumentation-http');

const sdk = new NodeSDK({instrumentations: [new HttpInstrumentation()]});
sdk.start();
process.on('SIGTERM', () => sdk.shutdown().finally(() => process.exit()));

require('node:http')
    .createServer((request, response) => request.resume().on('end', () => response.writeHead(204).end()))
    .listen(process.env.PORT, '127.0.0.1');
