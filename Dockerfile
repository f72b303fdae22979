# The command as an image: docker build -t model-entity . && docker run --rm -v "$PWD:/work:ro" model-entity check models/
FROM node:24-alpine AS build
WORKDIR /build
COPY . .
RUN node scripts/prepare.mjs build \
  && npm pack --ignore-scripts --pack-destination /tmp \
  && npm install --global --prefix /opt/model-entity --ignore-scripts --no-fund --no-audit /tmp/model-entity-*.tgz

FROM node:24-alpine
COPY --from=build /opt/model-entity /opt/model-entity
ENV PATH=/opt/model-entity/bin:$PATH
WORKDIR /work
# The user `node`: some hosts only accept a number.
USER 1000
ENTRYPOINT ["model-entity"]
CMD ["check", "."]
