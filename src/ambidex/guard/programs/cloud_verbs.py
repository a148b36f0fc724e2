"""Verbs and nouns of cloud command lines: which ask, which change, which destroy.

Hot path: nothing is imported.
"""

from __future__ import annotations

# A command is looked at by the words of its verb: `batch-delete-image` has `delete` in it.
ASKING = frozenset(
    (
        *("describe", "list", "get", "show", "ls", "help", "version", "wait", "head", "validate"),
        *("plan", "diff", "logs", "log", "tail", "status", "lookup", "search", "info", "view"),
        *("query", "scan", "filter", "check", "estimate", "preview", "simulate", "test"),
        *("download", "export", "exists", "print", "read", "summarize", "detect", "select", "cat"),
        *("stat", "du", "url", "whoami", "ps", "inspect", "batch-get", "find", "resolve"),
        *("explain", "receive", "download-batch", "export-template", "watch", "open", "dashboard"),
    )
)
# Verbs behind a prefix that asks are asking: `get-...`, `list-...`.
ASKING_PREFIXES = (
    *("describe-", "list-", "get-", "show-", "batch-get-", "lookup-", "search-", "head-"),
    *("filter-", "scan-", "query-", "simulate-", "validate-", "estimate-", "preview-", "check-"),
    *("test-", "detect-", "download-", "export-", "wait-", "view-", "read-", "select-", "find-"),
    *("admin-list-", "admin-get-", "generate-", "verify-", "decode-", "print-", "summarize-"),
)
DELETING = frozenset(
    (
        *("delete", "remove", "terminate", "destroy", "purge", "rm", "rb", "drop", "deregister"),
        *("revoke", "reset", "detach", "cancel", "empty", "disable", "wipe", "erase", "nuke"),
        *("del", "deletion", "uninstall", "deprovision", "teardown", "unpublish", "revert"),
        *("shutdown", "deallocate", "decommission", "delete-batch", "bulkdelete", "rotate-secret"),
        *("down",),
    )
)
CHANGING = frozenset(
    (
        *("create", "put", "update", "set", "add", "attach", "apply", "run", "start", "scale"),
        *("stop", "restart", "reboot", "modify", "enable", "register", "associate"),
        *("disassociate", "import", "upload", "copy", "move", "cp", "mv", "sync", "publish"),
        *("send", "invoke", "execute", "submit", "replace", "patch", "edit", "tag", "untag"),
        *("assign", "grant", "promote", "failover", "restore", "resize", "rollback", "migrate"),
        *("insert", "load", "mk", "provision", "install", "link", "unlink", "authorize", "rotate"),
        *("renew", "change", "submit-job", "upgrade", "swap", "pause", "resume", "suspend"),
        *("regenerate", "configure-policy", "restore-from"),
    )
)
DEPLOYING = frozenset(("deploy", "release", "up", "ship", "promote", "publish"))
# What is gone for good, or takes everything below it along.
GRAVE = frozenset(
    (
        *("instance", "instances", "db-instance", "db-cluster", "database", "databases", "db"),
        *("table", "tables", "stack", "stacks", "bucket", "buckets", "volume", "volumes"),
        *("snapshot", "snapshots", "cluster", "clusters", "project", "projects", "group", "vault"),
        *("vaults", "file-system", "filesystem", "user-pool", "key", "keys", "hosted-zone"),
        *("zone", "zones", "domain", "domains", "organization", "organizations", "account"),
        *("server", "servers", "vm", "vms", "disk", "disks", "droplet", "droplets"),
        *("managed-zones", "namespace", "namespaces", "app", "apps", "site", "sites", "tenant"),
        *("tenants", "subscription", "repository", "repositories", "backup", "backups"),
        *("log-group", "log-groups", "trail", "detector", "distribution", "share", "shares"),
        *("container", "collection-group", "keyring", "keyrings", "dataset", "datasets", "topic"),
        *("stream", "machine-learning-workspace", "keyspace", "graph-database", "backup-vault"),
        *("recovery-point", "db-snapshot", "replication-group", "domain-name", "aks", "cosmosdb"),
        *("storage", "kubernetes", "linode", "linodes", "nodepool", "environment", "environments"),
        *("org", "space", "nodegroup", "secret-version", "service-instance", "postgres"),
        *("postgresql", "mysql", "redis", "branch", "index", "indexes"),
    )
)
# What gives others access, or takes it from the person.
GRANTING = frozenset(
    (
        *("create-access-key", "create-login-profile", "update-login-profile"),
        *("attach-user-policy", "attach-role-policy", "attach-group-policy", "put-user-policy"),
        *("put-role-policy", "put-group-policy", "add-user-to-group", "create-policy-version"),
        *("set-default-policy-version", "update-assume-role-policy"),
        *("add-role-to-instance-profile", "put-bucket-policy", "put-bucket-acl", "put-object-acl"),
        *("put-key-policy", "create-grant", "put-public-access-block", "put-resource-policy"),
        *("delete-public-access-block", "add-permission", "put-repository-policy"),
        *("set-repository-policy", "modify-image-attribute", "modify-snapshot-attribute"),
        *("modify-db-snapshot-attribute", "authorize-security-group-ingress"),
        *("add-iam-policy-binding", "set-iam-policy", "add-iam-member", "create-for-rbac"),
        *("set-policy", "create-service-specific-credential", "add-cluster-admin"),
    )
)
# Commands whose permissions are the point, by consecutive words.
GRANTING_PATHS = (
    *(("role", "assignment", "create"), ("ad", "app", "credential"), ("ad", "sp", "credential")),
    *(("service-accounts", "keys", "create"), ("ad", "group", "member", "add")),
    *(("iam", "ch"), ("acl", "set"), ("acl", "ch"), ("defacl", "set"), ("sharing", "add")),
    *(("roles", "permissions", "add"), ("users", "roles", "assign"), ("users", "roles", "add")),
    *(("nsg", "rule", "create"), ("firewall-rules", "create"), ("firewall-rule", "create")),
)
# Turning off what would tell of an intrusion.
WATCHING = frozenset(
    (
        *("stop-logging", "delete-trail", "delete-detector", "disable-security-hub"),
        *("delete-flow-logs", "stop-configuration-recorder", "delete-configuration-recorder"),
        *("disable-organization-admin-account", "schedule-key-deletion", "disable-key"),
        *("delete-account-password-policy", "deactivate-mfa-device", "delete-virtual-mfa-device"),
        *("close-account", "leave-organization", "remove-account-from-organization"),
    )
)
# Consecutive words of commands that print a stored secret's value.
SECRETS = (
    *(("secretsmanager", "get-secret-value"), ("secretsmanager", "batch-get-secret-value")),
    *(("secrets", "versions", "access"), ("secrets", "download"), ("secrets", "get")),
)
# The same for credentials that are made to be handed on to another program, or that belong to
# the resource at hand: they count when they are sent somewhere.
TOKENS = (
    *(
        ("ecr", "get-login-password"),
        ("ecr", "get-authorization-token"),
        ("sts", "get-session-token"),
    ),
    *(("sts", "assume-role"), ("sts", "get-federation-token"), ("configure", "export-credentials")),
    *(("auth", "print-access-token"), ("auth", "print-identity-token"), ("auth", "token")),
    *(("account", "get-access-token"), ("keyvault", "secret", "show"), ("keys", "list")),
    *(("keyvault", "secret", "download"), ("list-keys",), ("show-connection-string",)),
    *(("application-default", "print-access-token"), ("list-publishing-profiles",)),
    *(("list-publishing-credentials",), ("ssm", "get-parameter"), ("ssm", "get-parameters")),
    *(("ssm", "get-parameters-by-path"), ("ssm", "get-parameter-history"), ("config", "get-value")),
    *(("kms", "decrypt"), ("rds", "generate-db-auth-token"), ("eks", "get-token")),
)
# Options of the tools that take a value and may stand before the command.
GLOBAL_VALUED = frozenset(
    (
        *("region", "profile", "output", "endpoint-url", "query", "color", "ca-bundle"),
        *("cli-read-timeout", "cli-connect-timeout", "project", "account", "configuration"),
        *("format", "impersonate-service-account", "verbosity", "billing-project"),
        *("access-token-file", "subscription", "context", "token", "access-token", "config"),
        *("api-url", "team", "org", "app", "scope", "tenant", "resource-group", "compartment-id"),
        *("config-file", "service", "config-profile", "cluster", "instance", "site"),
        *("environment", "filter", "name", "id", "url-base", "user", "zone", "location"),
        *("flags-file", "trace-token"),
    )
)
