//! Tests from outside: real servers, real files, the whole program.

mod fake_ldap;
mod openldap;
mod samba_ad;
mod servers;
