# The image of hydra-gitops: a static program on an empty base, run as nobody. It works with a
# read-only root: all that is ever written goes to the volume /secrets, or to a folder mounted at /repository.
#
#   docker build --build-arg COMMIT="$(git rev-parse HEAD)" --tag hydra-gitops:0.1.0 .
#
# docs/install.md says how to run it.
FROM rust:1.95-alpine AS build
RUN apk add --no-cache ca-certificates musl-dev
WORKDIR /src
COPY . .
ARG COMMIT
RUN HYDRA_GITOPS_COMMIT="$COMMIT" release/build "$(rustc --print host-tuple)" /out/hydra-gitops && mkdir /empty

FROM scratch
# The public authorities, for Hydras with https. For your own authority, mount a file over this one
# or give `--ca-cert`.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/hydra-gitops /usr/local/bin/hydra-gitops
# A named volume takes the owner of this folder when it is first used.
COPY --from=build --chown=65534:65534 /empty /secrets
COPY --from=build /empty /repository
USER 65534:65534
VOLUME /secrets
WORKDIR /repository
ENTRYPOINT ["/usr/local/bin/hydra-gitops"]
