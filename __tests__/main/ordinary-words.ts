/** What paths of Vault hold beside secrets: settings of .NET, Spring, Node, Python and Ruby, with words of every kind. */
const words = `
  Production Staging Development Test QA Canary Preview Sandbox Local Docker
  info Information debug Debug trace Trace warn Warning error Error Critical None verbose notice
  localhost postgres postgresql mysql mariadb redis rabbitmq kafka mongodb elasticsearch memcached nginx vault consul
  http https grpc amqp smtp ldap tcp udp tls ssl json yaml xml html text plain gzip
  true false yes no on off enabled disabled null none always never auto default
  build deploy test scan image report release commit branch main master service server client worker web api app
  container pod node cluster namespace rollout success failure passed failed running ready pending
  admin root guest public internal external primary secondary readonly reader writer owner member
  Europe/Berlin UTC GMT en_US.UTF-8 de en us eu eu-central-1 us-east westeurope
  ai-gen-service staging acme octocat Deployment ConfigMap Service status changed created unchanged
  openid profile email offline bearer basic digest session cookie lax strict none
  users orders payments catalog billing search mailer invoices inventory gateway frontend backend
  Microsoft.AspNetCore org.hibernate.dialect.PostgreSQLDialect READ_COMMITTED application/json SHA-256 utf-8
  weekly daily hourly monday january hours minutes seconds bytes lines files tests findings stage step result time
`
const numbers = `
  0 1 2 3 5 8 10 16 20 30 42 50 64 80 100 128 200 250 256 300 404 443 500 512 587 600 1000 1024 1234 1337 2000 2048 2375 3000
  3306 3600 4096 4317 4444 5000 5432 5672 6379 7777 8000 8080 8443 9000 9090 9092 9200 9999 10000 11211 15672 27017 60000
  65535 86400 100000 604800 1048576 2592000 0.5 0.75 -1 30s 5m 512Mi 10MB 80% 1.0.0 17.2
`
const addresses = `
  127.0.0.1 0.0.0.0 10.0.0.5 192.168.0.0/16 ::1 db.internal redis:6379 localhost:5432 staging.example.com
  https://staging.example.com https://api.example.com/v1 http://localhost:8080 jdbc:postgresql://db:5432/app
  redis://cache:6379/0 amqp://rabbit:5672 admin@example.com ghcr.io ghcr.io/acme/ai-gen-service github.com
  https://github.com /var/log/app /etc/ssl/certs kafka-1.svc:9092,kafka-2.svc:9092 localhost,127.0.0.1,.svc
  https://github.com/acme/ai-gen-service smtp.example.com ./data *.example.com
`

const split = (text: string): readonly string[] => text.trim().split(/\s+/)

/** Each once. */
export const ordinaryValues: readonly string[] = [
  ...new Set([...split(words), ...split(numbers), ...split(addresses)]),
]
