create role user_service login;
create database user_service owner user_service;
create role order_service login;
create database order_service owner order_service;
create role dead_letters login;
create database dead_letters owner dead_letters;
create role payment_sandbox login;
create database payment_sandbox owner payment_sandbox;
