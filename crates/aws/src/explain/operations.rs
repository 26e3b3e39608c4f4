//! What every AWS call is for, in one sentence, and what its answer tells.

/// One operation as `--explain` shows it.
#[derive(Debug)]
pub(crate) struct Why {
    /// AWS's name of the operation.
    pub operation: &'static str,
    /// Why the programs need it.
    pub sentence: &'static str,
    /// The fields of the answer that are worth a line: paths in JSON, the last
    /// name of the path in XML.
    pub telling: &'static [&'static str],
}

const fn why(
    operation: &'static str,
    sentence: &'static str,
    telling: &'static [&'static str],
) -> Why {
    Why {
        operation,
        sentence,
        telling,
    }
}

/// The operation's entry.
pub(crate) fn of(operation: &str) -> Option<&'static Why> {
    ALL.iter().find(|why| why.operation == operation)
}

/// Every operation that `create` and `delete` call.
#[rustfmt::skip] // one operation, three lines
const ALL: &[Why] = &[
    why("AddPermission",
        "Lets this one API invoke the function: API Gateway has no right to do so by itself.",
        &["Statement"]),
    why("AdminCreateUser",
        "Adds the test user as an administrator does, without the e-mail of an invitation.",
        &["User.Username", "User.UserStatus"]),
    why("AdminGetUser",
        "Reads the test user: it is compared with what is wanted, but for the password, which nobody can read.",
        &["Username", "UserStatus"]),
    why("AdminSetUserPassword",
        "Gives the test user a lasting password; set again on each run, as nobody can read it back.",
        &[]),
    why("AdminUpdateUserAttributes",
        "Sets the test user's e-mail address as it should be.",
        &[]),
    why("CreateApi",
        "Makes the HTTP API: the gateway that checks tokens before anything of ours runs.",
        &["apiId", "apiEndpoint"]),
    why("CreateAuthorizer",
        "Tells the gateway whose tokens to trust: this issuer's, made for this client.",
        &["authorizerId"]),
    why("CreateFunction",
        "Uploads the program that answers requests which passed the gateway.",
        &["FunctionArn", "State"]),
    why("CreateIntegration",
        "Tells the gateway where a request goes that may pass: to the function.",
        &["integrationId"]),
    why("CreateLogGroup",
        "Makes the function's log group before Lambda does: only so does it carry our tag and a retention.",
        &[]),
    why("CreateResourceServer",
        "Registers the API with Cognito and names its scopes: what a token can be good for.",
        &["ResourceServer.Identifier"]),
    why("CreateRole",
        "Makes the role that the function runs with; only Lambda may take it on.",
        &["Arn"]),
    why("CreateRoute",
        "Opens GET /hello, for tokens that have one of the API's scopes.",
        &["routeId"]),
    why("CreateStage",
        "Publishes the API under /dev, by itself at each change, with a limit on requests.",
        &["stageName"]),
    why("CreateUserPool",
        "Makes the user pool: the OpenID provider that knows the users and signs the tokens.",
        &["UserPool.Id", "UserPool.Arn"]),
    why("CreateUserPoolClient",
        "Registers the terminal program as a public OAuth 2.0 client: no secret, the code flow only, one redirect address.",
        &["UserPoolClient.ClientId"]),
    why("CreateUserPoolDomain",
        "Gives the pool a host name, and with it the sign-in page and the authorization and token endpoints.",
        &[]),
    why("DeleteApi",
        "Deletes the API; its stage, route, integration and authorizer go with it.",
        &[]),
    why("DeleteAuthorizer",
        "Deletes a second authorizer, made because an answer was lost.",
        &[]),
    why("DeleteFunction",
        "Deletes the function; the permission to invoke it goes with it.",
        &[]),
    why("DeleteIntegration",
        "Deletes a second integration, made because an answer was lost.",
        &[]),
    why("DeleteLogGroup",
        "Deletes the function's log; last, as a late line would bring it back.",
        &[]),
    why("DeleteRole",
        "Deletes the role, which nothing uses any more.",
        &[]),
    why("DeleteRolePolicy",
        "Takes the role's own policy away: AWS deletes only a bare role.",
        &[]),
    why("DeleteUserPool",
        "Deletes the pool; its users, app clients and resource servers go with it.",
        &[]),
    why("DeleteUserPoolClient",
        "Deletes a second app client, made because an answer was lost.",
        &[]),
    why("DeleteUserPoolDomain",
        "Takes the sign-in page down: AWS keeps a pool for as long as it has a domain.",
        &[]),
    why("DescribeLogGroups",
        "Reads for how many days the log group keeps its lines.",
        &["logGroups"]),
    why("DescribeResourceServer",
        "Reads the API's scopes as Cognito knows them, to compare them with what is wanted.",
        &["ResourceServer.Identifier"]),
    why("DescribeUserPool",
        "Reads the pool: its tag says whether this deployment made it, the rest is compared with what is wanted.",
        &["UserPool.Id", "UserPool.UserPoolTags.deployment_id"]),
    why("DescribeUserPoolClient",
        "Reads the terminal program as it is registered, to compare it with what is wanted.",
        &["UserPoolClient.ClientId"]),
    why("DescribeUserPoolDomain",
        "Asks which pool this sign-in domain belongs to, if any: it may be ours, somebody else's, or gone.",
        &["DomainDescription.UserPoolId"]),
    why("DetachRolePolicy",
        "Takes off a policy that the role should not have: AWS's own, of an earlier version, lets it make log groups.",
        &[]),
    why("GetApi",
        "Reads the API in state.json, to compare it with what is wanted.",
        &["apiId", "apiEndpoint"]),
    why("GetApis",
        "Lists the APIs with their tags, to find what this deployment made without recording it.",
        &["items"]),
    why("GetAuthorizer",
        "Reads whose tokens the gateway trusts, to compare it with what is wanted.",
        &["authorizerId", "jwtConfiguration.issuer"]),
    why("GetAuthorizers",
        "Looks whether an earlier run made the API's authorizer.",
        &["items"]),
    why("GetCallerIdentity",
        "Asks whose credentials these are: ids mean nothing in another account, and ARNs contain it.",
        &["Account", "Arn"]),
    why("GetFunction",
        "Reads the function: whether its tag says that it is ours, which code it runs, and whether it can be invoked yet.",
        &["Configuration.FunctionArn", "Configuration.State", "Configuration.LastUpdateStatus", "Configuration.CodeSha256", "Tags.deployment_id"]),
    why("GetIntegration",
        "Reads where requests go that may pass, to compare it with what is wanted.",
        &["integrationId", "integrationUri"]),
    why("GetIntegrations",
        "Looks whether an earlier run connected the API to the function.",
        &["items"]),
    why("GetPolicy",
        "Reads who may invoke the function, to compare it with what is wanted.",
        &["Policy"]),
    why("GetRole",
        "Reads the role: whether its tag says that it is ours, and who may take it on.",
        &["Arn"]),
    why("GetRolePolicy",
        "Reads what the role allows, to compare it with what is wanted.",
        &["PolicyName"]),
    why("GetRoute",
        "Reads which tokens open the route, to compare it with what is wanted.",
        &["routeId", "authorizationType", "authorizationScopes"]),
    why("GetRoutes",
        "Looks whether an earlier run made the route.",
        &["items"]),
    why("GetStage",
        "Reads the stage's limits, to compare them with what is wanted.",
        &["stageName", "autoDeploy"]),
    why("ListAttachedRolePolicies",
        "Looks whether the role has a policy of AWS's beside its own: it should have none.",
        &["PolicyArn"]),
    why("ListTagsForResource",
        "Reads the log group's tags: they say whether this deployment made it.",
        &["tags.deployment_id"]),
    why("ListUserPoolClients",
        "Looks whether an earlier run registered the terminal program.",
        &["UserPoolClients"]),
    why("ListUserPools",
        "Lists the pools by name, to find what this deployment made without recording it.",
        &["UserPools"]),
    why("PutRetentionPolicy",
        "Has log lines deleted after a week: otherwise they stay, and cost, for ever.",
        &[]),
    why("PutRolePermissionsBoundary",
        "Sets the most that the role can ever be allowed: writing logs, whatever its policies say.",
        &[]),
    why("PutRolePolicy",
        "Lets the function write into its own log group, and nothing else: it may not even make a group, or a late line would bring a deleted one back.",
        &[]),
    why("RemovePermission",
        "Takes the permission away: it cannot be changed, so it is added anew.",
        &[]),
    why("TagResource",
        "Puts the deployment's tag back on the API.",
        &[]),
    why("UpdateApi",
        "Gives the API its name back.",
        &["apiId", "name"]),
    why("UpdateAssumeRolePolicy",
        "Sets who may take the role on: Lambda, and nobody else.",
        &[]),
    why("UpdateAuthorizer",
        "Sets whose tokens the gateway trusts.",
        &["authorizerId"]),
    why("UpdateFunctionCode",
        "Uploads another program; AWS goes on with the one before until this one is ready.",
        &["CodeSha256", "LastUpdateStatus"]),
    why("UpdateFunctionConfiguration",
        "Sets how the function is run: memory, time limit, runtime, role.",
        &["LastUpdateStatus"]),
    why("UpdateIntegration",
        "Sets where requests go that may pass.",
        &["integrationId"]),
    why("UpdateResourceServer",
        "Sets the API's scopes.",
        &["ResourceServer.Identifier"]),
    why("UpdateRoute",
        "Sets which tokens open the route.",
        &["routeId", "authorizationType", "authorizationScopes"]),
    why("UpdateStage",
        "Sets the stage's limits.",
        &["stageName"]),
    why("UpdateUserPool",
        "Sets the pool's rules; all of them, as AWS resets what the call leaves out.",
        &[]),
    why("UpdateUserPoolClient",
        "Sets what the terminal program may do; all of it, as AWS resets what the call leaves out.",
        &["UserPoolClient.ClientId"]),
    why("UpdateUserPoolDomain",
        "Sets which sign-in page the domain shows: the classic one.",
        &[]),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// The operations that the sources of the programs name.
    fn called() -> BTreeSet<String> {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut called = BTreeSet::new();
        for folder in ["aws/src", "create/src", "delete/src"] {
            for file in std::fs::read_dir(crates.join(folder)).expect("sources") {
                let text = std::fs::read_to_string(file.expect("a file").path());
                let text = text.unwrap_or_default(); // a folder has no text
                let names = text.split(".named(\"").skip(1);
                called.extend(names.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
            }
        }
        called.remove("X"); // this test's own words
        called
    }

    #[test]
    fn every_call_has_a_sentence_and_every_sentence_a_call() {
        let explained: BTreeSet<String> = ALL.iter().map(|why| why.operation.to_owned()).collect();
        assert_eq!(explained, called());
        assert_eq!(explained.len(), ALL.len(), "one sentence for each");
    }
}
