# One image for every role. What a container does is decided by its command and its environment (.env.example).
#   the product     node dist/main/run.js          the default
#   migrations      node dist/main/migrate.js
#   the simulator   node dist/simulator/main.js --host 0.0.0.0

FROM node:22-slim AS build
# Prisma's engine is a download that neither installing, generating nor running needs.
ENV PRISMA_SCHEMA_ENGINE_BINARY=/bin/true
WORKDIR /app
# Only what decides the packages: this layer is made anew when they change, not with every edit.
COPY package.json package-lock.json prisma.config.ts ./
COPY web/package.json web/
COPY prisma/schema.prisma prisma/
COPY scripts/prepare.mjs scripts/packBundle.mjs scripts/clientTypes.mjs scripts/
RUN node -e "import('./scripts/prepare.mjs').then(({ prepareSources }) => prepareSources())"
COPY . .
RUN node scripts/build.mjs

FROM node:22-slim AS packages
ENV PRISMA_SCHEMA_ENGINE_BINARY=/bin/true
WORKDIR /app
COPY package.json package-lock.json ./
COPY web/package.json web/
# The page is built already: its packages are not needed to serve it.
COPY scripts/prepare.mjs scripts/clientTypes.mjs scripts/productionPackages.mjs scripts/slimPackages.mjs scripts/
RUN npm ci --omit=dev --workspaces=false --no-audit --no-fund && node scripts/slimPackages.mjs && npm cache clean --force

FROM node:22-slim
ENV NODE_ENV=production NODE_OPTIONS="--enable-source-maps --max-semi-space-size=64" HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json ./
# Read when the migrations run, and to find the project's folder.
COPY prisma/migrations prisma/migrations
COPY --from=build /app/dist dist
COPY --from=build /app/web/dist web/dist
# A volume takes over whose the folder is.
RUN mkdir -p /var/lib/postrider/archive && chown node:node /var/lib/postrider/archive
USER node
EXPOSE 3000
# Of a container that serves; one without that role overrides it (docker-compose.yml), and Kubernetes has probes of its own.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:3000/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--require", "./dist/workers/leanWorkflowThreads.js", "dist/main/run.js"]
