//! Inside `join!`, `try_join!` and `select!`, which await without an `.await`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::visit_mut::VisitMut;
use syn::{Expr, Ident, Macro, Pat, Token, token};

use crate::Tracer;
use crate::awaits::{self, Where};

/// Wraps what a `join!` or `try_join!` awaits. If it is not written as tokio's
/// is, it is left alone.
pub fn join(tracer: &mut Tracer, call: &mut Macro) {
    let parse = |input: ParseStream| {
        let biased = biased(input)?;
        let futures = input.parse_terminated(Expr::parse, Token![,])?;
        Ok((biased, futures))
    };
    let Ok((biased, mut futures)) = parse.parse2(call.tokens.clone()) else {
        return;
    };
    for future in &mut futures {
        tracer.visit_expr_mut(future);
        *future = awaits::awaited(future, Where::Shared);
    }
    call.tokens = quote!(#biased #futures);
}

/// Wraps what the branches of a `select!` await, and traces their handlers. If
/// it is not written as tokio's is, it is left alone.
pub fn select(tracer: &mut Tracer, call: &mut Macro) {
    let parse = |input: ParseStream| {
        let biased = biased(input)?;
        let mut branches = Vec::new();
        while !input.is_empty() {
            branches.push(Branch::parse(input)?);
        }
        Ok((biased, branches))
    };
    let Ok((biased, branches)) = parse.parse2(call.tokens.clone()) else {
        return;
    };
    let branches = branches.into_iter().map(|branch| branch.traced(tracer));
    call.tokens = quote!(#biased #(#branches,)*);
}

fn biased(input: ParseStream) -> syn::Result<TokenStream> {
    let ahead = input.fork();
    let is_biased = ahead.parse::<Ident>().is_ok_and(|word| word == "biased")
        && ahead.peek(Token![;]);
    if !is_biased {
        return Ok(quote!());
    }
    let (word, semicolon): (Ident, Token![;]) =
        (input.parse()?, input.parse()?);
    Ok(quote!(#word #semicolon))
}

/// `pattern = future, if condition => handler`, or `else => handler`.
struct Branch {
    /// What stands before the future.
    pattern: TokenStream,
    future: Option<Expr>,
    condition: TokenStream,
    handler: Expr,
}

impl Branch {
    fn parse(input: ParseStream) -> syn::Result<Branch> {
        let (pattern, future) = if input.peek(Token![else]) {
            (input.parse::<Token![else]>()?.into_token_stream(), None)
        } else {
            let pattern = Pat::parse_multi_with_leading_vert(input)?;
            let equals: Token![=] = input.parse()?;
            (quote!(#pattern #equals), Some(input.parse::<Expr>()?))
        };
        let mut condition = quote!();
        if input.peek(Token![,]) && input.peek2(Token![if]) {
            let (comma, word): (Token![,], Token![if]) =
                (input.parse()?, input.parse()?);
            let test: Expr = input.parse()?;
            condition = quote!(#comma #word #test);
        }
        input.parse::<Token![=>]>()?;
        // A block ends the branch: what follows is the next pattern.
        let handler = if input.peek(token::Brace) {
            Expr::Block(input.parse()?)
        } else {
            input.parse()?
        };
        input.parse::<Option<Token![,]>>()?;
        Ok(Branch {
            pattern,
            future,
            condition,
            handler,
        })
    }

    fn traced(mut self, tracer: &mut Tracer) -> TokenStream {
        let future = self.future.map(|mut future| {
            tracer.visit_expr_mut(&mut future);
            awaits::awaited(&future, Where::Shared)
        });
        tracer.visit_expr_mut(&mut self.handler);
        let (pattern, condition) = (self.pattern, self.condition);
        let handler = self.handler;
        quote!(#pattern #future #condition => #handler)
    }
}
