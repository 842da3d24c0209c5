# Images of the command `wsc`, from what `npm run setup` made on this machine: packages by the lock file, the pinned
# Node, the addon, the probe of health checks. Nothing is fetched.
#   docker build --target prover   -t wsc-prover .
#   docker build --target verifier -t wsc-verifier .
# What reaches the build is named in .dockerignore.
ARG BASE_IMAGE=debian:trixie-20251020-slim

# The root of both images: Node, what limits its processes, the C libraries that these run on, and nothing else; no shell,
# no package manager.
FROM ${BASE_IMAGE} AS root
COPY node_modules/node-linux-*/bin/node /rootfs/usr/local/bin/node
COPY scripts/probe/wsc-probe /rootfs/usr/local/bin/wsc-probe
RUN cp --parents --dereference /usr/bin/prlimit /rootfs \
 && for program in /rootfs/usr/local/bin/node /usr/bin/prlimit; do ldd "$program"; done | grep -o '/lib[^ ]*' | sort -u | xargs -I '{}' cp --parents --dereference '{}' /rootfs \
 && mkdir -p /rootfs/etc /rootfs/tmp /rootfs/data /rootfs/cache /rootfs/proof \
 && chmod 1777 /rootfs/tmp \
 && chown 10002:10002 /rootfs/data /rootfs/cache /rootfs/proof \
 && mkdir -p /providers/1 /providers/2 /providers/3 /providers/4 /providers/5 \
 && chown 10002:10002 /providers/* \
 && echo 'wsc:x:10002:10002::/data:/sbin/nologin' > /rootfs/etc/passwd \
 && echo 'wsc:x:10002:' > /rootfs/etc/group

FROM ${BASE_IMAGE} AS app
COPY package.json /app/
COPY bin /app/bin
COPY src /app/src
COPY storage /app/storage
COPY node_modules /app/node_modules
RUN rm -rf /app/node_modules/node-linux-*

# What only verifies has no compiler of circuits.
FROM app AS verifier-app
RUN rm -rf /app/node_modules/circom2 /app/node_modules/circomlib

# Verifies by WebAssembly: no addon in it.
FROM scratch AS verifier
COPY --from=root /rootfs /
COPY --from=verifier-app /app /app
ENV HOME=/data XDG_DATA_HOME=/data XDG_CACHE_HOME=/cache
WORKDIR /data
USER 10002:10002
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/node", "/app/bin/wsc.js"]

# Proves, and keeps what is stored: the addon that this machine's cargo built, and the circuits with their compiler, which runs once.
FROM scratch AS prover
COPY --from=root /rootfs /
COPY --from=app /app /app
COPY circuits /app/circuits
COPY graphs /app/graphs
COPY folding/wsc-folding.node /app/folding/
# Where the volumes of compose's providers are prepared: each becomes the /data of one.
COPY --from=root /providers /providers
COPY scripts/compose/fund-providers.ts scripts/compose/prepare-providers.ts /app/scripts/compose/
ENV HOME=/data XDG_DATA_HOME=/data XDG_CACHE_HOME=/cache
WORKDIR /data
USER 10002:10002
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/node", "/app/bin/wsc.js"]
