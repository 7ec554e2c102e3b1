import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [react()],
  // In development the page and its server share an origin, as they do in production: no CORS rules to keep in step.
  server: { proxy: { '/v1': server, '/socket.io': { target: server, ws: true } } },
  build: { outDir: 'dist', assetsDir: 'assets', emptyOutDir: true },
});
