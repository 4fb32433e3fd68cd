CREATE TABLE greetings (text text PRIMARY KEY);
