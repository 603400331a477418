//! `#[traced]` on an async function of a demo. The function stays what it is;
//! between its lines it says which one runs, and each of its awaits says what
//! it waits for, as far as the source tells: the handle of a task, a set of
//! them, a permit, a limit. What it says goes to `asyncade::stage::traced`.

use proc_macro::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Block, Expr, ExprAsync, ExprAwait, ExprClosure, ExprMethodCall, Item,
    ItemFn, Macro, Stmt, parse_quote_spanned,
};

use awaits::Where;

mod awaits;
mod select;

/// Shows in the trace which line of an async function runs or is parked, and
/// what each of its awaits waits for.
///
/// It changes nothing else: the function takes and returns what it did, and
/// outside a recorded run it only runs.
#[proc_macro_attribute]
pub fn traced(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if !arguments.is_empty() {
        let message = "#[traced] takes no arguments";
        let error = syn::Error::new(proc_macro2::Span::call_site(), message);
        return error.into_compile_error().into();
    }
    let mut function = match syn::parse::<ItemFn>(item) {
        Ok(function) => function,
        Err(error) => return error.into_compile_error().into(),
    };
    if function.sig.asyncness.is_none() {
        let message = "#[traced] is for async functions";
        let error = syn::Error::new(function.sig.fn_token.span(), message);
        return error.into_compile_error().into();
    }
    Tracer.visit_block_mut(&mut function.block);
    let body = &function.block;
    // `return` and `?` in the body need to know what is returned before rustc
    // can see it.
    let hint = match &function.sig.output {
        syn::ReturnType::Default => quote!(),
        syn::ReturnType::Type(_, ty) => quote_spanned! {ty.span()=>
            #[allow(
                unreachable_code,
                clippy::diverging_sub_expression,
                clippy::let_unit_value,
                clippy::needless_return
            )]
            if false {
                let _returned: #ty = ::core::unreachable!();
                return _returned;
            }
        },
    };
    let traced = quote!({
        ::asyncade::stage::traced::function(async move {
            #hint
            #body
        })
        .await
    });
    let attributes = &function.attrs;
    let (visibility, signature) = (&function.vis, &function.sig);
    quote!(#(#attributes)* #visibility #signature #traced).into()
}

/// Puts its words between the lines of a function.
struct Tracer;

impl VisitMut for Tracer {
    fn visit_block_mut(&mut self, block: &mut Block) {
        visit_mut::visit_block_mut(self, block);
        let lines = std::mem::take(&mut block.stmts);
        for line in lines {
            if !matches!(line, Stmt::Item(_)) {
                block.stmts.push(here(&line));
            }
            block.stmts.push(line);
        }
    }

    fn visit_stmt_mut(&mut self, line: &mut Stmt) {
        if let Stmt::Macro(statement) = line {
            self.visit_macro_mut(&mut statement.mac);
            return;
        }
        visit_mut::visit_stmt_mut(self, line);
    }

    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        match expression {
            Expr::Await(ExprAwait { base, .. }) => {
                visit_mut::visit_expr_mut(self, base);
                let awaited = awaits::awaited(base, Where::Own);
                **base = awaited;
            }
            Expr::MethodCall(call) if awaits::cancels(call) => {
                visit_mut::visit_expr_method_call_mut(self, call);
                *expression = awaits::cancelling(call);
            }
            // What is no part of this function's own run.
            Expr::Closure(ExprClosure {
                asyncness: None, ..
            }) => {}
            _ => visit_mut::visit_expr_mut(self, expression),
        }
    }

    fn visit_expr_async_mut(&mut self, block: &mut ExprAsync) {
        visit_mut::visit_expr_async_mut(self, block);
    }

    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
    }

    // A function inside the function is not traced unless it says so itself.
    fn visit_item_mut(&mut self, _: &mut Item) {}

    fn visit_macro_mut(&mut self, call: &mut Macro) {
        let name = call.path.segments.last().map(|name| name.ident.to_string());
        match name.as_deref() {
            Some("join" | "try_join") => select::join(self, call),
            Some("select") => select::select(self, call),
            _ => {}
        }
    }
}

/// A line of code that says where it is.
fn here(line: &Stmt) -> Stmt {
    let place = place(line);
    parse_quote_spanned! {first(line)=>
        ::asyncade::stage::traced::at(#place);
    }
}

/// The place where something begins. The tokens have the span of the source,
/// so that the compiler takes them for a part of it.
fn place(source: &impl ToTokens) -> proc_macro2::TokenStream {
    quote_spanned!(first(source)=> ::core::panic::Location::caller())
}

/// The span of the first token.
fn first(source: &impl ToTokens) -> proc_macro2::Span {
    let mut tokens = source.to_token_stream().into_iter();
    match tokens.next() {
        Some(token) => token.span(),
        None => proc_macro2::Span::call_site(),
    }
}
