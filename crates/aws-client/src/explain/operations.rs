//! What an AWS call is for, in one sentence, and which fields of its response
//! are shown by `--explain`.
//!
//! The sentence of a call that makes a resource stands in the resource's file in
//! `create`. Here are those that read, change or delete one.

use std::sync::{Arc, Mutex, PoisonError};

/// One operation as `--explain` shows it.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// AWS's operation name.
    pub name: &'static str,
    /// Why the programs call it, in one sentence.
    pub purpose: &'static str,
    /// The response fields to show: paths in JSON, element names in XML.
    pub fields: &'static [&'static str],
}

impl Operation {
    /// An operation by its name in AWS's API reference.
    pub const fn new(
        name: &'static str,
        purpose: &'static str,
        fields: &'static [&'static str],
    ) -> Operation {
        Operation {
            name,
            purpose,
            fields,
        }
    }
}

/// The operations that `--explain` knows: those below, and those that the files
/// of the resources add.
#[derive(Clone, Debug, Default)]
pub(crate) struct Operations(Arc<Mutex<Vec<Operation>>>);

impl Operations {
    /// Adds the operations of a resource.
    pub(crate) fn add(&self, operations: &[Operation]) {
        let mut added = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        added.extend(operations);
    }

    /// Finds an operation by name; an unknown one has no purpose and no fields.
    pub(crate) fn find(&self, name: &str) -> Operation {
        let added = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = added.iter().chain(OTHERS);
        let found = known.find(|operation| operation.name == name);
        found.copied().unwrap_or(Operation::new("", "", &[]))
    }
}

/// The operations that read, change or delete something.
#[rustfmt::skip] // one operation, three lines
const OTHERS: &[Operation] = &[
    Operation::new("AdminEnableUser",
        "Lets the test user sign in again, whom somebody has disabled.",
        &[]),
    Operation::new("AdminGetUser",
        "Reads the test user: it is compared with what is wanted, but for the password, which nobody can read.",
        &["Username", "UserStatus"]),
    Operation::new("AdminSetUserPassword",
        "Gives the test user a lasting password; set again at each run, because nobody can read it back.",
        &[]),
    Operation::new("AdminUpdateUserAttributes",
        "Sets the test user's email address.",
        &[]),
    Operation::new("DeleteApi",
        "Deletes the API; its stage, routes, integration and authorizer go with it.",
        &[]),
    Operation::new("DeleteAuthorizer",
        "Deletes a second authorizer, made because an answer was lost.",
        &[]),
    Operation::new("DeleteCorsConfiguration",
        "Lets no page of another origin call the API any more: its list was emptied.",
        &[]),
    Operation::new("DeleteFunction",
        "Deletes the function; the permission to invoke it goes with it.",
        &[]),
    Operation::new("DeleteIntegration",
        "Deletes a second integration, made because an answer was lost.",
        &[]),
    Operation::new("DeleteLogGroup",
        "Deletes the function's log; last, as a late line would bring it back.",
        &[]),
    Operation::new("DeleteRole",
        "Deletes the role, which nothing uses any more.",
        &[]),
    Operation::new("DeleteRolePolicy",
        "Deletes a policy of the role: AWS deletes only a role without policies.",
        &[]),
    Operation::new("DeleteRoute",
        "Closes a route of the API: its row was taken out of the table.",
        &[]),
    Operation::new("DeleteUserPool",
        "Deletes the pool; its users, app clients and resource servers go with it.",
        &[]),
    Operation::new("DeleteUserPoolClient",
        "Deletes a second app client, made because an answer was lost.",
        &[]),
    Operation::new("DeleteUserPoolDomain",
        "Takes the sign-in page down: AWS keeps a pool for as long as it has a domain.",
        &[]),
    Operation::new("DescribeLogGroups",
        "Reads for how many days the log group keeps its lines, and whether it is protected from deletion.",
        &["logGroups"]),
    Operation::new("DescribeResourceServer",
        "Reads the API's scopes as Cognito knows them, to compare them with what is wanted.",
        &["ResourceServer.Identifier"]),
    Operation::new("DescribeUserPool",
        "Reads the pool: its tag says whether this deployment made it, the rest is compared with what is wanted.",
        &["UserPool.Id", "UserPool.UserPoolTags.deployment_id"]),
    Operation::new("DescribeUserPoolClient",
        "Reads the terminal program as it is registered, to compare it with what is wanted.",
        &["UserPoolClient.ClientId"]),
    Operation::new("DescribeUserPoolDomain",
        "Asks which pool this sign-in domain belongs to, if any: it may be ours, somebody else's, or gone.",
        &["DomainDescription.UserPoolId"]),
    Operation::new("DetachRolePolicy",
        "Takes a managed policy off the role: one that it should not have, or any before it is deleted.",
        &[]),
    Operation::new("FilterLogEvents",
        "Reads what the function has logged.",
        &[]),
    Operation::new("GetApi",
        "Reads the API in state.json: its tag says whether it is ours, the rest is compared with what is wanted.",
        &["apiId", "apiEndpoint"]),
    Operation::new("GetApis",
        "Lists the APIs with their tags, to find what this deployment made without recording it.",
        &["items"]),
    Operation::new("GetApiMappings",
        "Looks which APIs a custom domain leads to: AWS does not delete an API behind one.",
        &["items"]),
    Operation::new("GetAuthorizer",
        "Reads whose tokens the gateway trusts, to compare it with what is wanted.",
        &["authorizerId", "jwtConfiguration.issuer"]),
    Operation::new("GetAuthorizers",
        "Looks whether an earlier run made the API's authorizer.",
        &["items"]),
    Operation::new("GetCallerIdentity",
        "Asks whose credentials these are: ids mean nothing in another account, and ARNs contain it.",
        &["Account", "Arn"]),
    Operation::new("GetDomainNames",
        "Lists the custom domains, which may lead to the API: AWS does not delete it then.",
        &["items"]),
    Operation::new("GetFunction",
        "Reads the function: whether its tag says that it is ours, which code it runs, and whether it can be invoked yet.",
        &["Configuration.FunctionArn", "Configuration.State", "Configuration.LastUpdateStatus", "Configuration.CodeSha256", "Tags.deployment_id"]),
    Operation::new("GetIntegration",
        "Reads where requests go that may pass, to compare it with what is wanted.",
        &["integrationId", "integrationUri"]),
    Operation::new("GetIntegrations",
        "Looks whether an earlier run connected the API to the function.",
        &["items"]),
    Operation::new("GetPolicy",
        "Reads who may invoke the function, to compare it with what is wanted.",
        &["Policy"]),
    Operation::new("GetRole",
        "Reads the role: whether its tag says that it is ours, and who may take it on.",
        &["Arn"]),
    Operation::new("GetRolePolicy",
        "Reads what the role allows, to compare it with what is wanted.",
        &["PolicyName"]),
    Operation::new("GetRoute",
        "Reads which tokens open the route, to compare it with what is wanted.",
        &["routeId", "authorizationType", "authorizationScopes"]),
    Operation::new("GetRoutes",
        "Looks whether an earlier run made the route.",
        &["items"]),
    Operation::new("GetStage",
        "Reads the stage's limits, to compare them with what is wanted.",
        &["stageName", "autoDeploy"]),
    Operation::new("ListAttachedRolePolicies",
        "Looks which managed policies are attached to the role; this program attaches none.",
        &["PolicyArn"]),
    Operation::new("ListFunctions",
        "Lists the functions by name, to find every deployment in the region.",
        &[]),
    Operation::new("ListRolePolicies",
        "Lists the policies written into the role: AWS deletes only a role without policies.",
        &["PolicyNames"]),
    Operation::new("ListRoles",
        "Lists the account's roles by name, to find every deployment.",
        &[]),
    Operation::new("ListTags",
        "Reads a function's tags: they say which deployment it belongs to.",
        &["Tags.deployment_id"]),
    Operation::new("ListTagsForResource",
        "Reads the log group's tags: they say whether this deployment made it.",
        &["tags.deployment_id"]),
    Operation::new("ListUserPoolClients",
        "Looks whether an earlier run registered the terminal program.",
        &["UserPoolClients"]),
    Operation::new("ListUserPools",
        "Lists the pools by name, to find what this deployment made without recording it.",
        &["UserPools"]),
    Operation::new("PutRetentionPolicy",
        "Has log lines deleted after a week: otherwise they stay, and cost, for ever.",
        &[]),
    Operation::new("PutRolePermissionsBoundary",
        "Sets the most that the role can ever be allowed: writing logs, whatever its policies say.",
        &[]),
    Operation::new("RemovePermission",
        "Takes the permission away: it cannot be changed, so it is added anew.",
        &[]),
    Operation::new("UpdateApi",
        "Gives the API its name back.",
        &["apiId", "name"]),
    Operation::new("UpdateAssumeRolePolicy",
        "Sets who may take the role on: Lambda, and nobody else.",
        &[]),
    Operation::new("UpdateAuthorizer",
        "Sets whose tokens the API trusts.",
        &["authorizerId"]),
    Operation::new("UpdateFunctionCode",
        "Uploads another program; AWS goes on with the one before until this one is ready.",
        &["CodeSha256", "LastUpdateStatus"]),
    Operation::new("UpdateFunctionConfiguration",
        "Sets how the function is run: memory, time limit, runtime, role.",
        &["LastUpdateStatus"]),
    Operation::new("UpdateIntegration",
        "Sets where requests go that may pass.",
        &["integrationId"]),
    Operation::new("UpdateResourceServer",
        "Sets the API's scopes.",
        &["ResourceServer.Identifier"]),
    Operation::new("UpdateRoute",
        "Sets which tokens open the route.",
        &["routeId", "authorizationType", "authorizationScopes"]),
    Operation::new("UpdateStage",
        "Sets the stage's limits.",
        &["stageName"]),
    Operation::new("UpdateUserPool",
        "Sets the pool's rules; all of them, because AWS resets what the call leaves out.",
        &[]),
    Operation::new("UpdateUserPoolClient",
        "Sets what the terminal program may do; all of it, because AWS resets what the call leaves out.",
        &["UserPoolClient.ClientId"]),
    Operation::new("UpdateUserPoolDomain",
        "Sets which sign-in page the domain shows: the classic one.",
        &[]),
];
