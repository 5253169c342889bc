# syntax=docker/dockerfile:1

# Builds dist/. No package's install script runs: the only one needed elsewhere brings Node 24, which is here already.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# With optional packages: the compiler's own binary is one. Nothing of this stage but dist/ reaches the image.
RUN npm ci --ignore-scripts
COPY .swcrc tsconfig.json ./
COPY src ./src
COPY migrations ./migrations
RUN ./node_modules/.bin/swc src migrations --out-dir dist --delete-dir-on-start --quiet

# Only what runs: no development packages, no embedded Postgres.
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
# Owned by root: the service can read its own code and cannot change it.
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/livez`).then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
# In exec form, so that Node itself gets SIGTERM and drains.
CMD ["node", "--enable-source-maps", "dist/src/main.js"]
